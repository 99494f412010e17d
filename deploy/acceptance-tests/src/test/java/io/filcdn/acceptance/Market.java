package io.filcdn.acceptance;

import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetProvider;
import io.filcdn.testing.provider.DemoProvider;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;

/** A provider and a payer beside the demo's, who do business with each other. */
final class Market implements AutoCloseable {

  private final Stack stack;
  private final Traders traders;
  private final DemoProvider provider;
  private final DevnetProvider deeds;

  /** Who trades: accounts that have no other part. */
  record Traders(DevnetAccount provider, DevnetAccount payee, DevnetAccount payer) {}

  private Market(Stack stack, Traders traders, DemoProvider provider) {
    this.stack = stack;
    this.traders = traders;
    this.provider = provider;
    this.deeds = stack.devnet().asProvider(traders.provider);
  }

  /** Opens one of the second provider and the second payer. */
  static Market open(Stack stack, Path folder) {
    return open(
        stack,
        folder,
        new Traders(
            DevnetAccount.SECOND_PROVIDER, DevnetAccount.SECOND_PAYEE, DevnetAccount.SECOND_PAYER));
  }

  /** Opens it: the provider is registered and approved, the payer has money. */
  static Market open(Stack stack, Path folder, Traders traders) {
    return open(stack, traders, DemoProvider.start(folder, 0), DemoProvider::url);
  }

  /** The same with a provider that is reached by another URL than its own. */
  static Market open(
      Stack stack, Traders traders, DemoProvider provider, Function<DemoProvider, URI> url) {
    Market market = new Market(stack, traders, provider);
    Devnet devnet = stack.devnet();
    long id = market.deeds.register(traders.payee.address(), url.apply(provider).toString());
    devnet.approveProvider(id);
    devnet.asPayer(traders.payer).prepare(Devnet.tokens("1000"));
    return market;
  }

  /** A new data set with CDN, of which nothing was served yet. */
  TestDataSet newDataSet() {
    String payer = traders.payer.address();
    long id = deeds.createDataSet(payer, true);
    return new TestDataSet(id, payer, stack, provider, deeds);
  }

  /** A new data set with CDN whose payer gated it. */
  TestDataSet newGatedDataSet() {
    String payer = traders.payer.address();
    long id =
        deeds.createDataSet(payer, Map.of(DevnetProvider.WITH_CDN, "", "withRetrievalACL", ""));
    return new TestDataSet(id, payer, stack, provider, deeds);
  }

  DemoProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    provider.close();
  }
}
