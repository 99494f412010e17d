package io.filcdn.settlement.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.common.chain.Address;
import io.filcdn.common.payment.TokenAmount;
import io.filcdn.settlement.model.Fees;
import io.filcdn.settlement.model.Gas;
import io.filcdn.settlement.model.Nonce;
import io.filcdn.settlement.stage.RemoteSigner;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetContracts;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RemoteKeyTest {

  private static final UnsignedTransaction ASKED =
      new UnsignedTransaction(
          DevnetContracts.CHAIN_ID,
          new Nonce(7),
          new Gas(21_000_000),
          new Fees(TokenAmount.of(300), TokenAmount.of(100)),
          Address.of("0x9e90749d298c4ca43bb468ca859dfe167f9cdcf2"),
          "0x0aec5776");

  private RemoteSigner signer;

  @BeforeEach
  void start() throws IOException {
    signer = RemoteSigner.of(DevnetAccount.OPERATOR);
  }

  @AfterEach
  void stop() {
    signer.close();
  }

  @Test
  void whatTheSignerSignsIsWhatALocalKeyWouldSign() {
    assertThat(key(DevnetAccount.OPERATOR).sign(ASKED))
        .isEqualTo(LocalKey.of(DevnetAccount.OPERATOR.privateKey()).sign(ASKED));
  }

  @ParameterizedTest
  @CsvSource({
    "nonce, 0x8",
    "gas, 0x1",
    "to, 0x0000000000000000000000000000000000000001",
    "value, 0x1",
    "data, 0x0aec5777",
    "maxFeePerGas, 0x12d",
    "maxPriorityFeePerGas, 0x65"
  })
  void whatWasNotAskedForIsNotUsed(String field, String value) {
    signer.twist(asked -> ((ObjectNode) asked.deepCopy()).put(field, value));

    assertThatThrownBy(() -> key(DevnetAccount.OPERATOR).sign(ASKED))
        .isInstanceOf(SignerException.class)
        .hasMessageContaining("found another transaction or another signer's: it is not used");
  }

  @Test
  void whatAnotherAccountSignedIsNotUsed() {
    signer.twist(
        asked -> ((ObjectNode) asked.deepCopy()).put("from", DevnetAccount.OPERATOR.address()));

    assertThatThrownBy(() -> key(DevnetAccount.OUTSIDER).sign(ASKED))
        .isInstanceOf(SignerException.class)
        .hasMessageContaining("it is not used");
  }

  @Test
  void aSignerThatRefusesOrIsGoneIsNamed() {
    assertThatThrownBy(() -> key(DevnetAccount.OUTSIDER).sign(ASKED))
        .isInstanceOf(SignerException.class)
        .hasMessageEndingWith("no such key");

    signer.close();

    assertThatThrownBy(() -> key(DevnetAccount.OPERATOR).sign(ASKED))
        .isInstanceOf(SignerException.class)
        .hasMessageContaining("does not answer");
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void anAnswerThatCannotBeUsedIsOneFailureWithAShortReason(int status, String answer) {
    signer.say(status, answer);

    assertThatThrownBy(() -> key(DevnetAccount.OPERATOR).sign(ASKED))
        .isInstanceOf(SignerException.class)
        .satisfies(failure -> assertThat(failure.getMessage()).hasSizeLessThan(500));
  }

  static Stream<Arguments> unusable() {
    return Stream.of(
        // longer than is read
        Arguments.of(200, "{\"result\":\"0x%s\"}".formatted("0".repeat(2 << 20))),
        Arguments.of(500, "x".repeat(2 << 20)),
        // nested deeper than is read
        Arguments.of(200, "{\"more\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}"),
        Arguments.of(200, "{\"more\":" + "{\"a\":".repeat(100_000) + "1" + "}".repeat(100_001)),
        // no answer to the question
        Arguments.of(200, "null"),
        Arguments.of(200, "[]"),
        Arguments.of(200, "{}"),
        Arguments.of(200, "<html>busy</html>"),
        Arguments.of(200, "{\"result\":\"0x\"}"),
        Arguments.of(
            200, "{\"error\":{\"code\":1,\"message\":\"%s\"}}".formatted("x".repeat(1000))),
        Arguments.of(503, "later"));
  }

  private RemoteKey key(DevnetAccount account) {
    return new RemoteKey(
        URI.create(signer.url()), Address.of(account.address()), Duration.ofSeconds(60));
  }
}
