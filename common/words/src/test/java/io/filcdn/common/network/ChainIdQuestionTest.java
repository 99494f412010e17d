package io.filcdn.common.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers of nodes to the question for their chain, and what is shown of their URLs. */
class ChainIdQuestionTest {

  @ParameterizedTest
  @CsvSource({"0x13a,314", "0x4cb2f,314159", "0x1df5e76,31415926"})
  void anAnswerTellsTheChainId(String result, long id) {
    String answer = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"%s\"}".formatted(result);

    assertThat(ChainIdQuestion.read(answer)).isEqualTo(OptionalLong.of(id));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "no JSON",
        "{\"error\":{\"code\":-32601}}",
        "{\"result\":314}",
        "{\"result\":\"0x\"}",
        "{\"result\":\"0x10000000000000000\"}"
      })
  void anythingElseTellsNone(String answer) {
    assertThat(ChainIdQuestion.read(answer)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "https://node.example/v1/SECRET?key=SECRET,node.example",
    "https://SECRET@node.example:8545/SECRET,node.example:8545"
  })
  void aNodeIsShownWithoutWhatMayBeAKey(URI url, String shown) {
    assertThat(Network.shown(url)).isEqualTo(shown);
  }
}
