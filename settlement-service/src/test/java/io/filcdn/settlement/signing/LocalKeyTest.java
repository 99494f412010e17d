package io.filcdn.settlement.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.model.Fees;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.model.SignedBytes;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;
import org.web3j.crypto.SignedRawTransaction;
import org.web3j.crypto.TransactionDecoder;
import org.web3j.crypto.transaction.type.Transaction1559;

class LocalKeyTest {

  /** The sixth account of every development node. */
  private static final String KEY =
      "0x8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba";

  private static final Address ADDRESS = Address.of("0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc");

  @Test
  void theKeyKnowsItsAddressHoweverItIsWritten() {
    assertThat(LocalKey.of(KEY).address()).isEqualTo(ADDRESS);
    assertThat(LocalKey.of(KEY.substring(2).toUpperCase(java.util.Locale.ROOT)).address())
        .isEqualTo(ADDRESS);
    assertThat(LocalKey.of(" " + KEY + "\n").address()).isEqualTo(ADDRESS);
  }

  @Test
  void whatIsNoKeyIsRefusedWithoutBeingRepeated() {
    String almost = KEY.substring(0, 60) + "secret";

    assertThatThrownBy(() -> LocalKey.of(almost))
        .hasMessage("expected a private key of 64 hex digits, found 66 characters that are none");
    assertThatThrownBy(() -> LocalKey.of("0".repeat(64)))
        .hasMessage("expected a private key of secp256k1, found a number out of its range");
    assertThatThrownBy(() -> LocalKey.of("f".repeat(64)))
        .hasMessage("expected a private key of secp256k1, found a number out of its range");
  }

  @Test
  void theKeyDoesNotShowItself() {
    assertThat(LocalKey.of(KEY)).hasToString("key of " + ADDRESS);
  }

  @Test
  void whatIsSignedCanBeReadAgainAndIsNamedByItsHash() throws Exception {
    SignedBytes signed =
        LocalKey.of(KEY)
            .sign(
                new UnsignedTransaction(
                    314,
                    new Nonce(7),
                    new Gas(21_000_000),
                    new Fees(TokenAmount.of(300), TokenAmount.of(100)),
                    Address.of("0x9e90749d298c4ca43bb468ca859dfe167f9cdcf2"),
                    "0x0aec5776"));

    SignedRawTransaction read = (SignedRawTransaction) TransactionDecoder.decode(signed.raw());
    assertThat(read.getFrom()).isEqualTo(ADDRESS.hex());
    assertThat(((Transaction1559) read.getTransaction()).getChainId()).isEqualTo(314);
    assertThat(read.getNonce()).isEqualTo(BigInteger.valueOf(7));
    assertThat(read.getGasLimit()).isEqualTo(BigInteger.valueOf(21_000_000));
    assertThat(read.getTo()).isEqualTo("0x9e90749d298c4ca43bb468ca859dfe167f9cdcf2");
    assertThat(read.getData()).isEqualTo("0aec5776");
    assertThat(read.getValue()).isEqualTo(BigInteger.ZERO);
    assertThat(signed.hash().hex()).isEqualTo(org.web3j.crypto.Hash.sha3(signed.raw()));
  }
}
