package io.filcdn.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.stack.demo.DemoContent;
import io.filcdn.stack.demo.DemoContent.SignedDataSet;
import io.filcdn.stack.demo.DemoPiece;
import io.filcdn.testing.chain.DevnetContracts;
import io.filcdn.testing.infra.Postgres;
import io.filcdn.testing.process.DataFolder;
import io.filcdn.testing.process.Listener;
import io.filcdn.testing.process.Ports;
import io.filcdn.testing.process.StackFailure;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The description of what runs and where: {@code stack.json}, for scripts and tests, while a stack
 * is ready.
 */
final class StackFile {

  /** The suffix that follows the payer in a host name of this machine. */
  static final String DNS_ROOT = ".localhost";

  /**
   * The host that serves all payers by path. Few tools find hosts below it: browsers and curl know
   * them by themselves (RFC 6761), the C library of most machines does not.
   */
  private static final String PATH_HOST = "localhost";

  /** The services, in the order in which people look for them. */
  static final List<String> SERVICES = List.of("retrieval", "indexer", "metrics", "settlement");

  /** Its administrator, and a database of no service. */
  private static final String POSTGRES = "postgres";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final ObjectNode json;

  private StackFile(ObjectNode json) {
    this.json = json;
  }

  /** Describes what every stack has. */
  static StackFile of(Ports ports, DataFolder data, Network network, Postgres postgres) {
    ObjectNode json = JSON.createObjectNode();
    ObjectNode services = json.putObject("services");
    SERVICES.forEach(
        name -> services.put(name, ports.url(Listener.valueOf(name.toUpperCase(Locale.ROOT)))));
    json.putObject("management").put("retrieval", ports.url(Listener.RETRIEVAL_MANAGEMENT));
    json.put("kafka", "127.0.0.1:" + ports.of(Listener.KAFKA));
    json.put("kafkaUsers", data.kafkaUsers().toString());
    ObjectNode databases = json.putObject("postgres");
    Postgres.DATABASES.forEach(name -> databases.put(name, postgres.jdbcUrl(name)));
    databases.put(POSTGRES, postgres.jdbcUrl(POSTGRES));
    ObjectNode chain = json.putObject("chain");
    chain.put("rpcUrl", network.rpcUrls().getFirst().toString());
    chain.put("chainId", network.chainId());
    chain.set("contracts", contracts(network.contracts()));
    return new StackFile(json);
  }

  private static ObjectNode contracts(Network.Contracts contracts) {
    return JSON.createObjectNode()
        .put("pdpVerifier", contracts.pdpVerifier().hex())
        .put("fwss", contracts.fwss().hex())
        .put("stateView", contracts.stateView().hex())
        .put("serviceProviderRegistry", contracts.serviceProviderRegistry().hex())
        .put("filecoinPay", contracts.filecoinPay().hex())
        .put("filBeamOperator", contracts.filBeamOperator().hex())
        .put("token", contracts.token().hex());
  }

  /** Adds what only a devnet has. */
  StackFile withDemo(String provider, Address payer, DemoContent content) {
    json.withObject("/chain/contracts")
        .put("endorsements", DevnetContracts.ADDRESSES.endorsements())
        .put("multicall3", DevnetContracts.MULTICALL3);
    json.put("provider", provider);
    json.put("payer", payer.hex());
    json.put("dataSetId", Long.toString(content.dataSetId()));
    for (DemoPiece piece : content.pieces()) {
      json.withArray("pieces")
          .addObject()
          .put("name", piece.name())
          .put("cid", piece.cid().toString())
          .put("size", piece.size().toString())
          .put("sha256", piece.sha256())
          .put("url", url(payer, piece.cid()))
          .put("originUrl", originUrl(payer, piece.cid()));
    }
    return this;
  }

  /**
   * Adds the demo's data set whose payer asks for signed URLs.
   *
   * @param url of its piece, which is refused
   * @param signedUrl by which it is served
   * @param key the file with the key that signs
   */
  StackFile withSigned(SignedDataSet dataSet, String url, String signedUrl, Path key) {
    json.putObject("signed")
        .put("dataSetId", Long.toString(dataSet.dataSetId()))
        .put("sha256", dataSet.piece().sha256())
        .put("url", url)
        .put("signedUrl", signedUrl)
        .put("key", key.toString());
    return this;
  }

  /** Sets which processes run, and where each writes its log. */
  StackFile withProcesses(Map<String, Long> pids, Map<String, Path> logs) {
    ObjectNode numbers = json.putObject("pids");
    pids.forEach(numbers::put);
    ObjectNode files = json.putObject("logs");
    logs.forEach((name, log) -> files.put(name, log.toString()));
    return this;
  }

  /** The URL where anyone fetches {@code payer}'s piece, with any tool. */
  String url(Address payer, PieceCid cid) {
    return "http://%s:%d/%s/%s".formatted(PATH_HOST, edgePort(), payer, cid);
  }

  /** The URL in the form that a domain of one's own has: each payer is an origin. */
  String originUrl(Address payer, PieceCid cid) {
    return "http://%s%s:%d/%s".formatted(payer, DNS_ROOT, edgePort(), cid);
  }

  private int edgePort() {
    return URI.create(service("retrieval")).getPort();
  }

  /** The URL where the edge takes the tree of a piece. */
  URI treeUrl(PieceCid cid) {
    return URI.create("http://%s:%d/trees/%s".formatted(PATH_HOST, edgePort(), cid));
  }

  String service(String name) {
    return text("/services/" + name);
  }

  /** The URL where a service answers {@code /q/}. */
  String management(String name) {
    return name.equals("retrieval") ? text("/management/retrieval") : service(name);
  }

  String provider() {
    return text("/provider");
  }

  Address payer() {
    return Address.of(text("/payer"));
  }

  long dataSetId() {
    return Long.parseLong(text("/dataSetId"));
  }

  String rpcUrl() {
    return text("/chain/rpcUrl");
  }

  /** The URL by which the administrator of Postgres connects. */
  String postgres() {
    return text("/postgres/" + POSTGRES);
  }

  boolean isDevnet() {
    return json.has("provider");
  }

  /** The URL where the first of the demo's pieces is fetched. */
  Optional<String> firstUrl() {
    return first("url");
  }

  /** The same in the form of {@link #originUrl}. */
  Optional<String> firstOriginUrl() {
    return first("originUrl");
  }

  private Optional<String> first(String field) {
    return optional("/pieces/0/" + field);
  }

  /** A field of the data set whose payer asks for signed URLs, on a devnet. */
  Optional<String> signed(String field) {
    return optional("/signed/" + field);
  }

  private Optional<String> optional(String pointer) {
    return Optional.of(json.at(pointer)).filter(JsonNode::isTextual).map(JsonNode::asText);
  }

  private String text(String pointer) {
    JsonNode value = json.at(pointer);
    if (!value.isTextual()) {
      throw new StackFailure("stack.json has no " + pointer + ": start the stack anew");
    }
    return value.asText();
  }

  /** Replaces the file of {@code data} in one step. */
  void write(DataFolder data) throws IOException {
    Path part = data.stackFile().resolveSibling("stack.json.part");
    Files.writeString(part, JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    Files.move(part, data.stackFile(), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Reads what runs on {@code data}; empty where nothing is ready there. */
  static Optional<StackFile> read(DataFolder data) {
    try {
      return JSON.readTree(Files.readString(data.stackFile())) instanceof ObjectNode json
          ? Optional.of(new StackFile(json))
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
