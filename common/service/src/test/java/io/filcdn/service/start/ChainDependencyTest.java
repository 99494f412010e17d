package io.filcdn.service.start;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.service.start.Dependency.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChainDependencyTest {

  private static final String OURS = "{\"result\":\"0x1df5e76\"}";
  private static final String ANOTHER = "{\"result\":\"0x1\"}";
  private static final String NOBODY = "http://127.0.0.1:9/rpc?key=secret";

  @TempDir Path folder;

  private final List<HttpServer> nodes = new ArrayList<>();

  @AfterEach
  void end() {
    nodes.forEach(node -> node.stop(0));
  }

  @Test
  void oneNodeOfTheChainIsEnough() throws IOException {
    assertThat(chain(NOBODY, node(ANOTHER), node(OURS)).ask()).isEqualTo(new Answer.Present());
  }

  @Test
  void nodesThatSayNothingOfUseAreToldAndNotWaitedFor() throws IOException {
    ChainDependency chain = chain(NOBODY, node("busy"), node("{\"error\":{}}"));

    assertThat(chain.ask()).isInstanceOf(Answer.Late.class);
    assertThat(chain.text()).startsWith("the chain of devnet at 127.0.0.1:9, ");
    assertThat(chain.text()).doesNotContain("secret");
  }

  @Test
  void aChainThatIsAnotherOneEndsTheStart() throws IOException {
    ChainDependency chain = chain(NOBODY, node(ANOTHER));

    assertThatThrownBy(chain::ask)
        .isInstanceOf(UnusableSettingException.class)
        .hasMessageContainingAll("chain id 31415926", "found 1 from 127.0.0.1:", "rpcUrls");
  }

  private String node(String answer) throws IOException {
    HttpServer node =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    nodes.add(node);
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    node.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    node.start();
    return "http://127.0.0.1:%d/rpc".formatted(node.getAddress().getPort());
  }

  private ChainDependency chain(String... urls) throws IOException {
    JsonMapper json = new JsonMapper();
    ObjectNode file =
        (ObjectNode) json.readTree(Path.of("../../deploy/networks/devnet.json").toFile());
    ArrayNode nodes = file.putArray("rpcUrls");
    List.of(urls).forEach(nodes::add);
    Path copy = Files.writeString(folder.resolve("network.json"), json.writeValueAsString(file));
    Network network = NetworkFile.read(copy);
    return new ChainDependency(network);
  }
}
