package io.filcdn.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.acceptance.Script.Outcome;
import io.filcdn.common.chain.Address;
import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.common.identity.EdgePrivateKey;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.network.Network;
import io.filcdn.common.network.NetworkFile;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetHistory.Settlement;
import io.filcdn.testing.chain.DevnetHistory.Settlement.Rails;
import io.filcdn.testing.infra.KafkaUsers;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.StackProcesses;
import io.filcdn.wallet.CurioToken.SignedVoucher;
import io.filcdn.wallet.WalletKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;

/** FilCDN as {@code ./filcdn up} runs it, on ports and in a folder of its own. */
final class Stack implements AutoCloseable {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String DESCRIPTION = "stack.json";
  private static final int ANY_PORTS = 0;

  /** FilecoinPay keeps 0.5 % of each payment, rounded up. */
  private static final BigInteger FEE_DIVISOR = BigInteger.valueOf(200);

  private final Path data;
  private final Outcome start;
  private final JsonNode description;
  private final Devnet devnet;

  private Stack(Path data, Outcome start) {
    this.data = data;
    this.start = start;
    try {
      this.description = JSON.readTree(Files.readString(data.resolve(DESCRIPTION)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.devnet = Devnet.at(text("/chain/rpcUrl"));
  }

  /** One of the demo's pieces, as stack.json describes it. */
  record DemoPiece(String name, String cid, long size, String sha256, URI url) {}

  /** A piece for those who have a signed URL, with such a one and the key that signs. */
  record SignedPiece(URI url, URI signedUrl, String sha256, Path key) {}

  /** Starts a stack from what {@code data} holds. */
  static Stack up(Path data) {
    return up(data, Map.of());
  }

  /** The same with more in its environment and more options. */
  static Stack up(Path data, Map<String, String> environment, String... options) {
    return up(data, environment, ANY_PORTS, options);
  }

  /** Starts it again where it listened before, with more in its environment. */
  Stack restarted(Map<String, String> environment) {
    close();
    return up(data, environment, service("retrieval").getPort());
  }

  private static Stack up(
      Path data, Map<String, String> environment, int portBase, String... options) {
    List<String> words = new ArrayList<>();
    words.addAll(List.of("up", "--detach", "--no-build", data(data)));
    words.addAll(List.of("--port-base", Integer.toString(portBase)));
    words.addAll(List.of(options));
    boolean up = false;
    try {
      Outcome outcome = Script.run(environment, words);
      assertThat(outcome.exitCode()).as(outcome.text()).isZero();
      Stack stack = new Stack(data, outcome);
      up = true;
      return stack;
    } finally {
      // it goes on by itself
      if (!up) {
        Script.run("down", data(data));
      }
    }
  }

  static String data(Path data) {
    return "--data=" + data;
  }

  /** What the start said. */
  Outcome start() {
    return start;
  }

  Devnet devnet() {
    return devnet;
  }

  /** All that was ever paid along such rails, which is all that its payees have. */
  BigInteger afterFee(Rails rail) {
    return devnet.history().settlements(0, devnet.epoch()).stream()
        .filter(settlement -> settlement.rail() == rail)
        .map(Settlement::amount)
        .map(amount -> amount.subtract(fee(amount)))
        .reduce(BigInteger.ZERO, BigInteger::add);
  }

  private static BigInteger fee(BigInteger amount) {
    return amount.add(FEE_DIVISOR).subtract(BigInteger.ONE).divide(FEE_DIVISOR);
  }

  /** The file that tells what runs, and where. */
  Path description() {
    return data.resolve(DESCRIPTION);
  }

  /** What stack.json tells. */
  List<String> fields() {
    return description.properties().stream().map(Map.Entry::getKey).toList();
  }

  /** What clients of Kafka need to read and write all of it. */
  Map<String, Object> kafka() {
    return kafka(KafkaUsers.ADMIN);
  }

  /** What a user's clients of Kafka need. */
  Map<String, Object> kafka(String user) {
    Map<String, Object> settings = new KafkaUsers(Path.of(text("/kafkaUsers"))).client(user);
    settings.put("bootstrap.servers", text("/kafka"));
    return settings;
  }

  /** The network that its services are of. */
  Network network() {
    return NetworkFile.read(networkFile());
  }

  /** Its file. */
  Path networkFile() {
    return new DataFolder(data.toAbsolutePath()).networkFile();
  }

  /** What its edge signs with. */
  EdgePrivateKey edgeKey() {
    try {
      return EdgePrivateKey.ofPem(Files.readString(data.resolve("identity/local.pem")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The wallet by which gated providers know its edge. */
  Address grantee() {
    try {
      return WalletKey.of(Files.readString(data.resolve("identity/grantee.key"))).address();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Gives its edge vouchers. */
  void giveVouchers(List<SignedVoucher> vouchers) {
    replace(data.resolve("identity/vouchers.json"), RecordJson.write(Map.of("vouchers", vouchers)));
  }

  /** The operator's list of edges. */
  String readEdges() {
    try {
      return Files.readString(edges());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path edges() {
    return data.resolve("identity/edges.json");
  }

  /** Writes the operator's list of edges, in one step. */
  void writeEdges(String list) {
    replace(edges(), list);
  }

  private static void replace(Path file, String text) {
    try {
      Path next = Files.writeString(file.resolveSibling(file.getFileName() + ".part"), text);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts another edge on the operator's list. */
  EdgePrivateKey admit(String edge) {
    EdgeKeyPair pair = EdgeKeyPair.generate();
    admit(edge, pair);
    return pair.privateKey();
  }

  /** Puts another edge with a key of its own on the operator's list. */
  void admit(String edge, EdgeKeyPair pair) {
    String entry = RecordJson.write(Map.of("edge", edge, "publicKey", pair.publicKey().text()));
    writeEdges(readEdges().replace("]", "," + entry + "]"));
  }

  /** The data set that the demo's payer pays for. */
  DataSetId demoDataSet() {
    return demoOnChain().id();
  }

  /** The same as the chain tells of it. */
  DataSetOnChain demoOnChain() {
    return new DataSetOnChain(Long.parseLong(text("/dataSetId")), this);
  }

  /** The URL of a service's database, or of the administrator's, {@code postgres}. */
  String jdbcUrl(String database) {
    return text("/postgres/" + database);
  }

  /** The folder of what a part of it keeps. */
  Path kept(String part) {
    return new DataFolder(data).of("devnet").resolve(part);
  }

  URI service(String name) {
    return URI.create(text("/services/" + name));
  }

  /** Where a service shows its health and metrics. */
  URI management(String name) {
    return name.equals("retrieval") ? URI.create(text("/management/retrieval")) : service(name);
  }

  /** The process of a service; another where it was started again. */
  ProcessHandle process(String name) {
    try {
      JsonNode now = JSON.readTree(description().toFile());
      return ProcessHandle.of(now.at("/pids/" + name).asLong()).orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The process of that name now, where it runs: a supervisor starts what ends again. */
  Optional<ProcessHandle> running(String name) {
    return new StackProcesses(new DataFolder(data.toAbsolutePath())).running(name);
  }

  List<ProcessHandle> processes() {
    return StreamSupport.stream(description.path("pids").spliterator(), false)
        .map(JsonNode::asLong)
        .distinct()
        .flatMap(pid -> ProcessHandle.of(pid).stream())
        .toList();
  }

  List<DemoPiece> demoPieces() {
    return StreamSupport.stream(description.path("pieces").spliterator(), false)
        .map(
            piece ->
                new DemoPiece(
                    piece.path("name").asText(),
                    piece.path("cid").asText(),
                    Long.parseLong(piece.path("size").asText()),
                    piece.path("sha256").asText(),
                    URI.create(piece.path("url").asText())))
        .toList();
  }

  /** The demo's piece whose payer asks for a signed URL, as stack.json describes it. */
  SignedPiece signedPiece() {
    return new SignedPiece(
        URI.create(text("/signed/url")),
        URI.create(text("/signed/signedUrl")),
        text("/signed/sha256"),
        Path.of(text("/signed/key")));
  }

  /** How often the demo's provider was asked for a piece. */
  long demoFetches(String cid) {
    try (InputStream stats = URI.create(text("/provider") + "/stats").toURL().openStream()) {
      return JSON.readTree(stats).path(cid).path("fetches").asLong();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where {@code payer}'s piece is fetched. */
  URI url(String payer, PieceCid cid) {
    return URI.create(
        "http://%s.localhost:%d/%s".formatted(payer, service("retrieval").getPort(), cid));
  }

  /** The same by the host that payers share. */
  URI pathUrl(String payer, PieceCid cid) {
    return service("retrieval").resolve("/%s/%s".formatted(payer, cid));
  }

  /** Where a piece's tree is. */
  URI treeUrl(PieceCid cid) {
    return service("retrieval").resolve("/trees/" + cid);
  }

  /** Stores a file as a person does, and tells where it can be fetched. */
  URI store(Path file) {
    return storeAll(file).getFirst();
  }

  /** Stores a file, or all files of a folder, and tells where each can be fetched. */
  List<URI> storeAll(Path path) {
    Outcome outcome = Script.run("store", data(data), path.toString());
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
    return outcome.lines().stream()
        .filter(line -> line.contains("  http://"))
        .map(line -> URI.create(line.substring(line.lastIndexOf(' ') + 1)))
        .toList();
  }

  @Override
  public void close() {
    devnet.close();
    Outcome outcome = Script.run("down", data(data));
    assertThat(outcome.exitCode()).as(outcome.text()).isZero();
  }

  private String text(String pointer) {
    JsonNode value = description.at(pointer);
    assertThat(value.isTextual()).as("stack.json has %s: %s", pointer, description).isTrue();
    return value.asText();
  }
}
