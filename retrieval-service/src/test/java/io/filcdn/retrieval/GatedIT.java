package io.filcdn.retrieval;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.index.PlacementRecord;
import io.filcdn.retrieval.EdgeClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pieces of gated data sets are served to whom their payer lets in, by the tokens of Curio. */
class GatedIT extends EdgeTest {

  /** The second of the accounts that every devnet has, and the third. */
  private static final Address PAYER = Address.of("0x70997970c51812dc3a010c7d01b50e0d17dc79c8");

  private static final String PAYER_KEY =
      "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";
  private static final String GRANTEE_KEY =
      "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";

  private final Path npm = Path.of("target", "gated-example");

  @BeforeAll
  void installClient() throws Exception {
    Files.createDirectories(npm);
    for (String file : new String[] {"package.json", "package-lock.json"}) {
      Files.copy(
          Path.of("src", "test", "npm", file),
          npm.resolve(file),
          StandardCopyOption.REPLACE_EXISTING);
    }
    String page = Files.readString(Path.of("..", "docs", "access.md"));
    int start = page.indexOf("```js", page.indexOf("## Gated data sets")) + "```js".length();
    Files.writeString(npm.resolve("gated.mjs"), page.substring(start, page.indexOf("```", start)));
    run("../../../common/npm-install.sh", "the example of docs/access.md");
  }

  private String run(String... command) throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(npm.toFile()).redirectErrorStream(true);
    builder.environment().put("PAYER_KEY", PAYER_KEY);
    builder.environment().put("GRANTEE_KEY", GRANTEE_KEY);
    builder.environment().put("CHAIN_ID", Long.toString(edge.network().chainId()));
    builder.environment().put("FWSS", edge.network().contracts().fwss().hex());
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output.strip();
  }

  /** A token by npm's viem, from the page of docs. */
  private String token(String dataSet, String resource) throws Exception {
    return run("node", "gated.mjs", dataSet.substring("fwss/".length()), resource);
  }

  private PlacementRecord placed(TestPiece piece, String dataSet) throws IOException {
    provider.with(piece);
    PlacementRecord placement = index.place(piece, PAYER, dataSet);
    awaitPlaced(placement);
    return placement;
  }

  private Answer get(TestPiece piece, String... headers) throws IOException {
    return edge.client().get(PAYER, "/" + piece.cid(), headers);
  }

  @Test
  void aGatedPieceTakesAProofThatItsPayerAllowed() throws Exception {
    index.gated("fwss/101", PAYER, "fwss/1");
    TestPiece piece = newPiece(3_000);
    placed(piece, "fwss/101");

    Answer none = get(piece);
    assertRefused(none, 401, "gated-proof-needed");
    assertThat(none.header("WWW-Authenticate")).isEqualTo("CurioRetrieval");
    String token = token("fwss/101", piece.cid().toString());
    Answer answer = get(piece, "Authorization: CurioRetrieval " + token);
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo(piece.bytes());
    assertThat(answer.header("Cache-Control")).isEqualTo("private, no-store");
    // it is in the cache now, and asked for first all the same
    assertRefused(get(piece), 401, "gated-proof-needed");
    Answer query = edge.client().get(PAYER, "/%s?auth=%s".formatted(piece.cid(), token));
    assertThat(query.body()).isEqualTo(piece.bytes());
    assertThat(provider.asked()).doesNotContain(token);

    TestPiece other = newPiece(2_000);
    placed(other, "fwss/101");
    assertRefused(
        edge.client().get(PAYER, "/%s?auth=%s".formatted(other.cid(), token)),
        403,
        "gated-proof-wrong");
    assertRefused(get(piece, "Authorization: CurioRetrieval e30"), 403, "gated-proof-wrong");
    assertRefused(
        get(piece, "Authorization: CurioRetrieval " + token("fwss/102", piece.cid().toString())),
        403,
        "gated-proof-wrong");
  }

  @Test
  void aPublicCopyOfThePayersWinsUntilItIsGone() throws Exception {
    index.gated("fwss/111", PAYER, "fwss/1");
    index.dataSet("fwss/112", PAYER, "fwss/1");
    TestPiece piece = newPiece(3_000);
    placed(piece, "fwss/111");
    PlacementRecord copy = placed(piece, "fwss/112");

    Answer answer = get(piece);
    assertThat(answer.body()).isEqualTo(piece.bytes());
    assertThat(answer.header("X-Data-Set-ID")).isEqualTo("112");
    assertThat(answer.header("Cache-Control")).startsWith("public");

    index.remove(copy);
    awaitGated(piece);
  }

  @Test
  void soItDoesUntilItsDataSetsDeliveryEnds() throws Exception {
    index.gated("fwss/121", PAYER, "fwss/1");
    index.dataSet("fwss/122", PAYER, "fwss/1");
    TestPiece piece = newPiece(3_500);
    placed(piece, "fwss/121");
    placed(piece, "fwss/122");
    assertThat(get(piece).header("X-Data-Set-ID")).isEqualTo("122");

    index.dataSet("fwss/122", PAYER, "fwss/1", false, Optional.empty());

    awaitGated(piece);
  }

  /** It is cached; that lets nobody in. */
  private void awaitGated(TestPiece piece) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> get(piece).header("X-Error-Code").equals("gated-proof-needed"));
    assertThat(isCold(piece)).isFalse();
  }
}
