package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.testing.infra.TopicContents;
import io.filcdn.testing.provider.DemoProvider;
import io.filcdn.testing.provider.Fault;
import io.filcdn.testing.provider.Gate;
import io.filcdn.wallet.CurioToken;
import io.filcdn.wallet.CurioToken.SignedVoucher;
import io.filcdn.wallet.CurioToken.Voucher;
import io.filcdn.wallet.TypedDomain;
import io.filcdn.wallet.WalletKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pieces of providers that ask for proofs are fetched by the edge's own, and served as gated. */
class GatedProvidersIT extends EdgeTest {

  /** The second, third and fourth of the accounts that every devnet has. */
  private static final WalletKey PAYER =
      WalletKey.of("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");

  private static final WalletKey CLIENT =
      WalletKey.of("0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a");
  private static final String EDGE_KEY =
      "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6";
  private static final Address EDGE = WalletKey.of(EDGE_KEY).address();

  @TempDir static Path secrets;

  private DemoProvider gated;
  private TypedDomain domain;

  @Override
  Map<String, String> settings() {
    try {
      Files.writeString(secrets.resolve("grantee.key"), EDGE_KEY);
      Files.writeString(secrets.resolve("vouchers.json"), "{\"vouchers\": []}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Map.of(
        "filcdn.retrieval.grantee.key", secrets.resolve("grantee.key").toString(),
        "filcdn.retrieval.grantee.vouchers", secrets.resolve("vouchers.json").toString());
  }

  @BeforeAll
  void openProvider(@TempDir Path folder) {
    gated = DemoProvider.start(folder, 0);
    domain = CurioToken.domain(edge.network());
    index.provider("fwss/3", gated.url().toString());
  }

  @AfterAll
  void closeProvider() {
    gated.close();
  }

  private SignedVoucher voucher(Address grantee, DataSetId dataSet) {
    return SignedVoucher.of(
        PAYER, domain, new Voucher(grantee, Long.toString(dataSet.number()), "0", "4000000000"));
  }

  private String token(DataSetId dataSet, TestPiece piece) {
    return CurioToken.sign(
            CLIENT,
            voucher(CLIENT.address(), dataSet),
            domain,
            dataSet,
            piece.cid(),
            Instant.now().plusSeconds(200))
        .authorization();
  }

  private void vouch(DataSetId... dataSets) throws IOException {
    List<SignedVoucher> vouchers =
        Arrays.stream(dataSets).map(dataSet -> voucher(EDGE, dataSet)).toList();
    Files.writeString(
        secrets.resolve("vouchers.json"), RecordJson.write(Map.of("vouchers", vouchers)));
  }

  private TestPiece placed(DataSetId dataSet, int size) throws IOException {
    TestPiece piece = newPiece(size);
    gated.store(new ByteArrayInputStream(piece.bytes()));
    gated.gate(piece.cid(), new Gate(domain, dataSet, PAYER.address()));
    place(piece, PAYER.address(), dataSet.toString());
    return piece;
  }

  private Answer get(TestPiece piece, String... headers) throws IOException {
    return edge.client().get(PAYER.address(), "/" + piece.cid(), headers);
  }

  private Answer head(TestPiece piece, String... headers) throws IOException {
    return edge.client().send("HEAD", PAYER.address() + ".localhost", "/" + piece.cid(), headers);
  }

  @Test
  void aPieceIsFetchedByTheEdgesProofAndServedByTheClients() throws Exception {
    DataSetId dataSet = DataSetId.of("fwss/301");
    index.gated(dataSet.toString(), PAYER.address(), "fwss/3");
    TestPiece piece = placed(dataSet, 3_000_000);
    String authorization = "Authorization: " + token(dataSet, piece);

    assertRefused(head(piece, authorization), 502, "origin-failed");
    Answer unvouched = get(piece, authorization);
    assertRefused(unvouched, 502, "origin-failed");
    assertThat(unvouched.text()).contains("fwss/3: does not let this edge fetch");
    vouch(dataSet);
    await().atMost(Duration.ofSeconds(30)).until(() -> get(piece, authorization).status() == 200);

    Answer again = get(piece, authorization);
    assertThat(again.body()).isEqualTo(piece.bytes());
    assertThat(again.header("Cache-Control")).isEqualTo("private, no-store");
    assertThat(again.header("Cache-Status")).contains("hit");
    assertThat(gated.fetches(piece.cid()).fetches()).as("fetched once").isEqualTo(1);
    assertRefused(get(piece), 401, "gated-proof-needed");
    assertRefused(
        get(piece, "Authorization: " + token(DataSetId.of("fwss/302"), piece)),
        403,
        "gated-proof-wrong");
  }

  /** As the provider could that was shown it. */
  @Test
  void theEdgesOwnProofOpensNoGateOfAnEdge() throws Exception {
    DataSetId dataSet = DataSetId.of("fwss/331");
    index.gated(dataSet.toString(), PAYER.address(), "fwss/3");
    TestPiece piece = placed(dataSet, 3_000);
    vouch(dataSet);
    String good = "Authorization: " + token(dataSet, piece);
    await().atMost(Duration.ofSeconds(30)).until(() -> get(piece, good).status() == 200);
    String replayed =
        CurioToken.sign(
                WalletKey.of(EDGE_KEY),
                voucher(EDGE, dataSet),
                domain,
                dataSet,
                piece.cid(),
                Instant.now().plusSeconds(200))
            .authorization();

    Answer answer = get(piece, "Authorization: " + replayed);

    assertRefused(answer, 403, "gated-proof-wrong");
    assertThat(answer.text()).contains("found that of an edge");
  }

  /** Neither the client's nor the edge's: both begin as all tokens do. */
  @Test
  void noTokenIsInLogsOrTopics() throws Exception {
    DataSetId dataSet = DataSetId.of("fwss/321");
    index.gated(dataSet.toString(), PAYER.address(), "fwss/3");
    TestPiece piece = placed(dataSet, 4_000);
    vouch(dataSet);
    String authorization = "Authorization: " + token(dataSet, piece);
    StringBuilder seen = new StringBuilder();

    try (CollectedLogs _ = CollectedLogs.into(seen)) {
      await().atMost(Duration.ofSeconds(30)).until(() -> get(piece, authorization).status() == 200);
      gated.fail(piece.cid(), new Fault.Answers(403));
      assertThat(get(piece, authorization).status()).isEqualTo(200);
      await().atMost(Duration.ofSeconds(20)).until(() -> !index.retrievals().isEmpty());
    }
    for (Topic topic : Topic.values()) {
      TopicContents.of(Map.of("bootstrap.servers", kafka.bootstrapServers()), topic.topicName())
          .forEach(record -> seen.append(record.key()).append(record.value()).append('\n'));
    }

    String begin =
        authorization.substring("Authorization: CurioRetrieval ".length()).substring(0, 20);
    assertThat(seen).contains(piece.cid().toString());
    assertThat(seen.indexOf(begin)).isNegative();
    assertThat(seen.indexOf(EDGE_KEY.substring(2))).isNegative();
  }

  @Test
  void aGateThatStaysClosedKeepsNobodyFromTheProvidersOtherPieces() throws Exception {
    DataSetId closed = DataSetId.of("fwss/311");
    DataSetId open = DataSetId.of("fwss/312");
    index.gated(closed.toString(), PAYER.address(), "fwss/3");
    index.dataSet(open.toString(), PAYER.address(), "fwss/3");
    TestPiece kept = placed(closed, 2_000);
    String authorization = "Authorization: " + token(closed, kept);
    for (int i = 0; i < 20; i++) {
      assertRefused(get(kept, authorization), 502, "origin-failed");
    }

    TestPiece piece = newPiece(2_500);
    gated.store(new ByteArrayInputStream(piece.bytes()));
    place(piece, PAYER.address(), open.toString());
    assertThat(get(piece).body()).isEqualTo(piece.bytes());
  }

  @Test
  void headSaysWhatGetWouldOfAProviderThatRefuses() throws Exception {
    DataSetId open = DataSetId.of("fwss/341");
    index.dataSet(open.toString(), PAYER.address(), "fwss/3");
    TestPiece piece = newPiece(2_600);
    gated.store(new ByteArrayInputStream(piece.bytes()));
    place(piece, PAYER.address(), open.toString());
    gated.fail(piece.cid(), new Fault.Answers(403));

    assertRefused(head(piece), 502, "origin-failed");
    assertRefused(get(piece), 502, "origin-failed");
  }
}
