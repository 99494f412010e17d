package io.filcdn.acceptance;

import io.filcdn.stack.chain.Devnet;
import io.filcdn.stack.chain.DevnetAccount;
import io.filcdn.stack.chain.DevnetProvider;
import io.filcdn.stack.provider.DemoProvider;
import java.nio.file.Path;

/** A second provider and a second payer beside the demo's, who do business with each other. */
final class Market implements AutoCloseable {

  private static final DevnetAccount PAYER = DevnetAccount.SECOND_PAYER;

  private final Stack stack;
  private final DemoProvider provider;
  private final DevnetProvider deeds;

  private Market(Stack stack, DemoProvider provider) {
    this.stack = stack;
    this.provider = provider;
    this.deeds = stack.devnet().asProvider(DevnetAccount.SECOND_PROVIDER);
  }

  /** Opens it: the provider is registered and approved, the payer has money. */
  static Market open(Stack stack, Path folder) {
    Market market = new Market(stack, DemoProvider.start(folder, 0));
    Devnet devnet = stack.devnet();
    long id =
        market.deeds.register(
            DevnetAccount.SECOND_PAYEE.address(), market.provider.url().toString());
    devnet.approveProvider(id);
    devnet.asPayer(PAYER).prepare(Devnet.tokens("1000"));
    return market;
  }

  /** A new data set with CDN, of which nothing was served yet. */
  TestDataSet newDataSet() {
    long id = deeds.createDataSet(PAYER.address(), true);
    return new TestDataSet(id, PAYER.address(), stack, provider, deeds);
  }

  DemoProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    provider.close();
  }
}
