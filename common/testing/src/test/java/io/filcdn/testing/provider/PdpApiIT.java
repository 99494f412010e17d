package io.filcdn.testing.provider;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.chain.abi.AbiType;
import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.testing.chain.Anvil;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.chain.PdpOffering;
import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo provider's {@code /pdp}, as clients of Curio use it. */
@Timeout(60)
class PdpApiIT {

  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final byte[] DATA = new byte[100_000];
  private static final String PAYER = DevnetAccount.PAYER.address();
  private static final byte[] NO_SIGNATURE = {};

  static {
    new Random(5).nextBytes(DATA);
  }

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private Anvil anvil;
  private Devnet devnet;
  private DemoProvider provider;
  private PieceCid piece;

  @BeforeEach
  void start() {
    anvil = Anvil.start(Anvil.Options.inMemory(folder.resolve("anvil.log")));
    devnet = Devnet.on(anvil);
    provider = DemoProvider.start(folder.resolve("pieces"), 0);
    devnet
        .asProvider(DevnetAccount.PROVIDER)
        .register(DevnetAccount.PAYEE.address(), provider.url().toString());
    devnet.asPayer(DevnetAccount.PAYER).prepare(Devnet.tokens("10"));
    provider.servePdp(Devnet.on(anvil), DevnetAccount.PROVIDER);
    CommPHasher hasher = new CommPHasher();
    hasher.update(DATA, 0, DATA.length);
    piece = hasher.finish();
  }

  @AfterEach
  void stop() {
    client.close();
    provider.close();
    devnet.close();
    anvil.close();
  }

  @Test
  void anAnnouncedPieceIsTakenWhereItsBytesAreIts() throws Exception {
    assertThat(get("/pdp/piece?pieceCid=" + piece).statusCode()).isEqualTo(404);
    HttpResponse<String> announced = post("/pdp/piece", Map.of("pieceCid", piece.toString()));
    assertThat(announced.statusCode()).isEqualTo(201);

    assertThat(put(location(announced), new byte[DATA.length]).statusCode()).isEqualTo(400);
    assertThat(put(location(announced), new byte[DATA.length + 1]).statusCode()).isEqualTo(413);
    assertThat(put(location(announced), DATA).statusCode()).isEqualTo(204);

    assertThat(get("/pdp/piece?pieceCid=" + piece).body()).contains(piece.toString());
    assertThat(get("/piece/" + piece).statusCode()).isEqualTo(200);
    assertThat(post("/pdp/piece", Map.of("pieceCid", piece.toString())).statusCode())
        .isEqualTo(200);
  }

  @Test
  void anUploadIsNamedOnceItsBytesAreHere() throws Exception {
    String upload = location(post("/pdp/piece/uploads", Map.of()));
    Map<String, Object> name = Map.of("pieceCid", piece.toString());
    assertThat(post(upload, name).statusCode()).as("no bytes yet").isEqualTo(404);

    assertThat(put(upload, DATA).statusCode()).isEqualTo(204);

    String other = new PieceCid(piece.commP(), piece.height(), piece.rawSize() - 1).toString();
    assertThat(post(upload, Map.of("pieceCid", other)).statusCode()).isEqualTo(400);
    assertThat(post(upload, name).statusCode()).isEqualTo(200);
    assertThat(put(upload, DATA).statusCode()).as("it is closed").isEqualTo(404);
  }

  @Test
  void requestsThatAreNoneAreTold() throws Exception {
    PieceCid large = new PieceCid(piece.commP(), 40, PdpOffering.LARGEST_PIECE + 1);

    assertThat(post("/pdp/piece", Map.of("pieceCid", large.toString())).body())
        .contains("at most " + PdpOffering.LARGEST_PIECE);
    assertThat(post("/pdp/piece", Map.of("pieceCid", "bafy")).statusCode()).isEqualTo(400);
    assertThat(get("/pdp/piece?cid=" + piece).statusCode()).isEqualTo(400);
    assertThat(get("/pdp/data-sets/created/0x12").statusCode()).isEqualTo(400);
    assertThat(get("/pdp/data-sets/created/0x" + "1".repeat(64)).statusCode()).isEqualTo(404);
    assertThat(post("/pdp/data-sets/x/pieces", Map.of()).statusCode()).isEqualTo(400);
    assertThat(send("DELETE", "/pdp/piece", BodyPublishers.noBody()).statusCode()).isEqualTo(404);
    assertThat(get("/pdp/ping").statusCode()).isEqualTo(200);
  }

  @Test
  void aDataSetIsMadeWithAPieceInIt() throws Exception {
    provider.store(new ByteArrayInputStream(DATA));
    byte[] both =
        encoded("(bytes,bytes)", creation(1, "withCDN"), adding(2, List.of("name"), "a.bin"));

    HttpResponse<String> sent =
        post(
            "/pdp/data-sets/create-and-add",
            Map.of(
                "recordKeeper", devnet.contracts().fwss(),
                "extraData", hex(both),
                "pieces", List.of(Map.of("pieceCid", piece.toString()))));
    JsonNode created = json(get(location(sent)));
    long dataSetId = created.path("dataSetId").asLong();
    String hash = created.path("createMessageHash").asText();
    JsonNode added = json(get("/pdp/data-sets/%d/pieces/added/%s".formatted(dataSetId, hash)));

    assertThat(sent.statusCode()).isEqualTo(201);
    assertThat(created.path("dataSetCreated").asBoolean()).isTrue();
    assertThat(created.path("txStatus").asText()).isEqualTo("confirmed");
    assertThat(added.path("piecesAdded").asBoolean()).isTrue();
    assertThat(added.path("pieceCount").asInt()).isEqualTo(1);
    assertThat(added.path("confirmedPieceIds").path(0).asLong(-1)).isZero();
    assertThat(devnet.reads().dataSet(dataSetId).payer()).isEqualTo(PAYER);
    assertThat(devnet.reads().dataSet(dataSetId).cdnRailId()).isPositive();
    assertThat(devnet.reads().pieceMetadata(dataSetId, 0)).containsEntry("name", "a.bin");
  }

  @Test
  void piecesAreAddedAndRemovedLater() throws Exception {
    provider.store(new ByteArrayInputStream(DATA));
    long dataSetId = createDataSet(1);
    List<Map<String, String>> pieces = List.of(Map.of("pieceCid", piece.toString()));

    devnet.rpc().call("evm_setAutomine", false);
    HttpResponse<String> sent =
        post(
            "/pdp/data-sets/%d/pieces".formatted(dataSetId),
            Map.of("pieces", pieces, "extraData", hex(adding(2, List.of(), ""))));
    JsonNode pending = json(get(location(sent)));
    devnet.rpc().call("evm_mine");
    JsonNode added = json(get(location(sent)));
    devnet.rpc().call("evm_setAutomine", true);
    JsonNode shown = json(get("/pdp/data-sets/" + dataSetId));
    HttpResponse<String> removed =
        send(
            "DELETE",
            "/pdp/data-sets/%d/pieces/0".formatted(dataSetId),
            BodyPublishers.ofString(
                JSON.writeValueAsString(
                    Map.of("extraData", hex(encoded("(bytes)", (Object) NO_SIGNATURE))))));

    assertThat(pending.path("txStatus").asText()).isEqualTo("pending");
    assertThat(pending.path("piecesAdded").asBoolean(true)).isFalse();
    assertThat(pending.path("addMessageOk").isNull()).isTrue();
    assertThat(added.path("confirmedPieceIds").path(0).asLong(-1)).isZero();
    assertThat(shown.path("pieces").path(0).path("pieceCid").asText()).isEqualTo(piece.toString());
    assertThat(get("/pdp/data-sets/99").statusCode()).isEqualTo(404);
    assertThat(json(removed).path("txHash").asText()).startsWith("0x").hasSize(66);
    assertThat(devnet.reads().isPieceLive(dataSetId, 0)).isTrue();
  }

  @Test
  void theContractsRefusalIsTheAnswer() throws Exception {
    createDataSet(7);

    HttpResponse<String> again = post("/pdp/data-sets", creationBody(7));
    HttpResponse<String> elsewhere =
        post("/pdp/data-sets", Map.of("recordKeeper", PAYER, "extraData", "0x"));
    HttpResponse<String> unstored =
        post(
            "/pdp/data-sets/1/pieces",
            Map.of("pieces", List.of(Map.of("pieceCid", piece.toString())), "extraData", "0x"));

    assertThat(again.statusCode()).isEqualTo(500);
    assertThat(again.body()).contains("ClientDataSetAlreadyRegistered");
    assertThat(elsewhere.statusCode()).isEqualTo(403);
    assertThat(unstored.statusCode()).isEqualTo(400);
    assertThat(unstored.body()).contains("stored here");
  }

  @Test
  void pagesOfAnyOriginMayUseIt() throws Exception {
    HttpResponse<String> preflight = send("OPTIONS", "/pdp/piece", BodyPublishers.noBody());

    assertThat(preflight.statusCode()).isEqualTo(204);
    assertThat(preflight.headers().firstValue("access-control-allow-origin")).hasValue("*");
    assertThat(get("/pdp/ping").headers().firstValue("access-control-expose-headers"))
        .hasValue("Location");
  }

  private long createDataSet(long nonce) throws Exception {
    return json(get(location(post("/pdp/data-sets", creationBody(nonce)))))
        .path("dataSetId")
        .asLong();
  }

  private Map<String, Object> creationBody(long nonce) {
    return Map.of(
        "recordKeeper", devnet.contracts().fwss(), "extraData", hex(creation(nonce, "withCDN")));
  }

  private static byte[] creation(long nonce, String key) {
    return encoded(
        "(address,uint256,string[],string[],bytes)",
        PAYER,
        BigInteger.valueOf(nonce),
        List.of(key),
        List.of(""),
        NO_SIGNATURE);
  }

  private static byte[] adding(long nonce, List<String> keys, String value) {
    return encoded(
        "(uint256,string[][],string[][],bytes)",
        BigInteger.valueOf(nonce),
        List.of(keys),
        List.of(keys.stream().map(_ -> value).toList()),
        NO_SIGNATURE);
  }

  private static byte[] encoded(String types, Object... values) {
    return AbiType.of(types).write(List.of(values));
  }

  private static String hex(byte[] bytes) {
    return "0x" + HexFormat.of().formatHex(bytes);
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send("GET", path, BodyPublishers.noBody());
  }

  private HttpResponse<String> put(String path, byte[] bytes) throws Exception {
    return send("PUT", path, BodyPublishers.ofByteArray(bytes));
  }

  private HttpResponse<String> post(String path, Map<String, Object> body) throws Exception {
    return send("POST", path, BodyPublishers.ofString(JSON.writeValueAsString(body)));
  }

  private HttpResponse<String> send(String method, String path, BodyPublisher body)
      throws Exception {
    URI url = provider.url().resolve(path);
    return client.send(
        HttpRequest.newBuilder(url).method(method, body).build(), BodyHandlers.ofString());
  }

  private static String location(HttpResponse<?> response) {
    return response.headers().firstValue("location").orElseThrow();
  }

  private static JsonNode json(HttpResponse<String> response) throws Exception {
    return JSON.readTree(response.body());
  }
}
