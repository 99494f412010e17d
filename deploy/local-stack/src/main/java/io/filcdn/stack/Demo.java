package io.filcdn.stack;

import com.nimbusds.jose.JOSEException;
import io.filcdn.common.chain.Address;
import io.filcdn.stack.demo.DemoContent;
import io.filcdn.stack.demo.LocalDevnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.provider.DemoProvider;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The provider and the pieces that a devnet has to show.
 *
 * @param provider which serves the pieces
 */
record Demo(DemoProvider provider, DemoContent content) {

  static final Address PAYER = Address.of(DevnetAccount.PAYER.address());

  /** Starts the provider, and puts its pieces on the chain where they are not there yet. */
  static Demo start(LocalDevnet devnet, Path folder, int port) throws IOException {
    DemoProvider provider = DemoProvider.start(folder, port);
    DemoContent content = devnet.content(provider);
    provider.servePdp(devnet.open(), DevnetAccount.PROVIDER);
    return new Demo(provider, content);
  }

  void describe(StackFile stack, SignedDemo signed) throws JOSEException {
    stack.withDemo(provider.url().toString(), PAYER, content);
    signed.describe(stack);
  }
}
