package io.filcdn.chain.rpc;

import io.filcdn.common.chain.BlockNumber;
import java.math.BigInteger;
import java.util.Locale;
import org.web3j.protocol.core.Response;
import org.web3j.protocol.core.methods.response.EthBlock;

/** A round in which no block was made, as nodes tell it. */
public final class NullRound {

  private NullRound() {}

  /**
   * True where the answer to the question for a block says that there is none of that number, which
   * is so beyond the head, too. Lotus says it with an error, others with nothing, Forest with the
   * block before it.
   */
  public static boolean isToldBy(EthBlock answer, BlockNumber asked) {
    if (answer.hasError()) {
      return isNullRound(answer.getError());
    }
    return answer.getBlock() == null
        || !answer.getBlock().getNumber().equals(BigInteger.valueOf(asked.value()));
  }

  private static boolean isNullRound(Response.Error error) {
    return error.getMessage() != null
        && error.getMessage().toLowerCase(Locale.ROOT).contains("null round");
  }
}
