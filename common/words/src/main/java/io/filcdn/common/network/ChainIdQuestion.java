package io.filcdn.common.network;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.OptionalLong;

/** The JSON-RPC question to a node which chain it follows. */
public final class ChainIdQuestion {

  /** The body of a request. */
  public static final String BODY =
      "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"eth_chainId\",\"params\":[]}";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private ChainIdQuestion() {}

  /** The chain id that the body of an answer tells; empty where it tells none. */
  public static OptionalLong read(String answer) {
    try {
      String id = JSON.readTree(answer).path("result").asText();
      return id.matches("0x[0-9a-f]{1,15}")
          ? OptionalLong.of(Long.parseLong(id.substring(2), 16))
          : OptionalLong.empty();
    } catch (JsonProcessingException e) {
      return OptionalLong.empty();
    }
  }
}
