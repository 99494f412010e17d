package io.filcdn.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.Anvil;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.DevnetProvider;
import io.filcdn.testing.process.Console;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.Http;
import io.filcdn.testing.process.StackFailure;
import io.filcdn.testing.provider.DemoProvider;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./filcdn store} with a chain and a provider, and an edge that knows what is on chain. */
@Timeout(180)
class StoreIT {

  @TempDir Path folder;

  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private Anvil chain;
  private Devnet devnet;
  private DemoProvider provider;
  private HttpServer edge;
  private long dataSet;

  @BeforeEach
  void start() throws IOException {
    chain = Anvil.start(Anvil.Options.inMemory(folder.resolve("chain.log")));
    devnet = Devnet.on(chain);
    provider = DemoProvider.start(folder.resolve("provider"), 0);
    dataSet = dataSetOf(DevnetAccount.PROVIDER);
    edge = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    edge.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          boolean served = isOnChain(path.substring(path.lastIndexOf('/') + 1));
          exchange.sendResponseHeaders(served ? 200 : 404, -1);
          exchange.close();
        });
    edge.start();
  }

  @AfterEach
  void stop() {
    edge.stop(0);
    provider.close();
    devnet.close();
    chain.close();
  }

  private long dataSetOf(DevnetAccount account) {
    DevnetProvider deeds = devnet.asProvider(account);
    devnet.approveProvider(
        deeds.register(DevnetAccount.PAYEE.address(), provider.url().toString()));
    devnet.asPayer(DevnetAccount.PAYER).prepare(Devnet.tokens("1000"));
    return deeds.createDataSet(DevnetAccount.PAYER.address(), true);
  }

  private boolean isOnChain(String cid) {
    return onChain().contains(cid);
  }

  private List<String> onChain() {
    return devnet.reads().activePieces(dataSet).values().stream()
        .map(piece -> PieceCid.fromBytes(piece.cidBytes()).toString())
        .toList();
  }

  @Test
  void manyFilesAreAddedByFewTransactionsAndOneThatFailsLosesNoOther() throws Exception {
    Path album = Files.createDirectories(folder.resolve("album"));
    for (int i = 0; i < 120; i++) {
      Files.writeString(album.resolve("note-%03d".formatted(i)), "note " + i);
    }
    Files.createFile(album.resolve("empty"));
    Files.copy(album.resolve("note-000"), album.resolve("same"));
    chain.setIntervalMining(Duration.ofSeconds(3));

    assertThatThrownBy(() -> store(dataSet, album.toString()))
        .isInstanceOf(StackFailure.class)
        .hasMessage("store: 1 of 122 files are not stored; the table says why");

    assertThat(lines())
        .contains(
            "At the provider: 121 files, with 120 pieces that nobody can fetch yet.",
            "On chain, in data set %d: 120 pieces, by 3 transactions.".formatted(dataSet));
    assertThat(table()).hasSize(122);
    assertThat(table().getFirst()).contains("empty", "not stored: it is empty");
    assertThat(Set.copyOf(onChain())).hasSize(120).containsExactlyInAnyOrderElementsOf(pieces());
  }

  @Test
  void whatIsStoredAlreadyIsNotAddedAgain() throws Exception {
    Path file = Files.writeString(folder.resolve("note"), "note");
    store(dataSet, file.toString());
    store(dataSet, file.toString());

    assertThat(onChain()).hasSize(1).containsExactlyElementsOf(pieces());
    assertThat(lines()).filteredOn(line -> line.startsWith("On chain")).hasSize(1);
  }

  @Test
  void whatTheContractsRefuseIsToldOfEachFile() throws Exception {
    long another = dataSetOf(DevnetAccount.SECOND_PROVIDER);
    String one = Files.writeString(folder.resolve("one"), "one").toString();
    String two = Files.writeString(folder.resolve("two"), "two").toString();

    assertThatThrownBy(() -> store(another, one, two))
        .hasMessage("store: 2 of 2 files are not stored; the table says why");
    assertThat(table())
        .hasSize(2)
        .allSatisfy(row -> assertThat(row).contains("Only the storage provider can add pieces"));
    assertThatThrownBy(() -> store(another, one))
        .hasMessageContainingAll("store: " + one, "refused by the contracts");
  }

  private void store(long dataSetId, String... files) throws Exception {
    DataFolder data = new DataFolder(folder.resolve("data"));
    Files.createDirectories(data.root());
    Files.writeString(
        data.stackFile(),
        """
        {"services": {"retrieval": "http://localhost:%d"}, "chain": {"rpcUrl": "%s"},
         "provider": "%s", "payer": "%s", "dataSetId": "%d"}
        """
            .formatted(
                edge.getAddress().getPort(),
                chain.rpcUrl(),
                provider.url(),
                DevnetAccount.PAYER.address(),
                dataSetId));
    try (Http http = new Http()) {
      Console console = new Console(new PrintStream(said, true), Clock.systemUTC());
      Store.run(data, List.of(files), console, http, Clock.systemUTC());
    }
  }

  private List<String> lines() {
    return said.toString(StandardCharsets.UTF_8).lines().toList();
  }

  /** The rows of the last table. */
  private List<String> table() {
    int head = -1;
    for (int i = 0; i < lines().size(); i++) {
      head = lines().get(i).startsWith("FILE ") ? i : head;
    }
    return lines().subList(head + 1, lines().size());
  }

  /** The pieces that the last table has URLs of. */
  private Set<String> pieces() {
    return table().stream()
        .filter(row -> row.contains("http://"))
        .map(row -> row.substring(row.lastIndexOf('/') + 1))
        .collect(Collectors.toSet());
  }
}
