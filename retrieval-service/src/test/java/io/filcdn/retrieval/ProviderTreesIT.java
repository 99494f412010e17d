package io.filcdn.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.chain.Address;
import io.filcdn.retrieval.EdgeClient.Answer;
import io.filcdn.retrieval.TestProvider.Fault;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Trees that a provider offers spare the network a whole fetch, and cost a fetch next to nothing.
 */
class ProviderTreesIT extends EdgeTest {

  /** Raw bytes of a group of 1 MiB. */
  private static final int GROUP = 1_040_384;

  private static final int SIZE = 12 * GROUP + 7;
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final AtomicInteger PROVIDERS = new AtomicInteger(50);

  private TestProvider offering;
  private Payer payer;

  @Override
  Map<String, String> settings() {
    return Map.of(
        "filcdn.retrieval.origin.tree-hosts",
        "*",
        "filcdn.retrieval.origin.tree-timeout",
        PATIENCE.toMillis() + "ms");
  }

  /** A provider that no other test has made the edge leave alone. */
  @BeforeEach
  void newProvider() throws Exception {
    int number = PROVIDERS.incrementAndGet();
    offering = new TestProvider();
    index.provider("fwss/" + number, offering.url());
    Address address = Address.of("0x%040x".formatted(number));
    payer = new Payer(address, "fwss/" + number * 10, "fwss/" + (number * 10 + 1));
    index.dataSet(payer.dataSet(), address, "fwss/" + number);
  }

  @AfterEach
  void closeProvider() {
    offering.close();
  }

  private TestPiece placedThere() {
    TestPiece piece = newPiece(SIZE);
    offering.with(piece);
    place(piece, payer.address(), payer.dataSet());
    return piece;
  }

  private Answer byteOf(TestPiece piece) throws Exception {
    Answer answer = get(payer, piece, "Range: bytes=" + 5 * GROUP + "-" + 5 * GROUP);
    assertThat(answer.status()).isEqualTo(206);
    assertThat(answer.body()).containsExactly(piece.bytes()[5 * GROUP]);
    await().atMost(Duration.ofSeconds(20)).until(() -> edge.edge().cache().underWay() == 0);
    return answer;
  }

  @Test
  void withARightTreeOneGroupIsFetched() throws Exception {
    TestPiece piece = placedThere();
    offering.offerTree(piece, piece.tree(), Optional.empty());

    byteOf(piece);
    byteOf(piece);

    assertThat(offering.bytesSent()).isEqualTo(GROUP + piece.tree().length);
    assertThat(offering.treeRequestsFor(piece)).isEqualTo(1);
    assertThat(edge.edge().knowsTree(piece.cid())).isTrue();
    assertBilled(payer, 2, GROUP);
  }

  @Test
  void aWrongTreeIsNotBelievedAndItsProviderNotAskedAgain() throws Exception {
    TestPiece piece = placedThere();
    TestPiece other = placedThere();
    byte[] wrong = piece.tree();
    wrong[100] ^= 1;
    offering.offerTree(piece, wrong, Optional.empty());

    byteOf(piece);
    byteOf(other);

    assertThat(offering.treeRequestsFor(piece)).isEqualTo(1);
    assertThat(offering.treeRequestsFor(other)).isZero();
    assertBilled(payer, 2, 2 * SIZE);
  }

  @Test
  void aTreeThatDoesNotComeDelaysAFetchByTheBoundAtMost() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    TestPiece piece = placedThere();
    offering.offerTree(piece, piece.tree(), Optional.of(new Fault.WaitsBefore(never)));

    long begun = System.nanoTime();
    byteOf(piece);
    Duration took = Duration.ofNanos(System.nanoTime() - begun);
    never.countDown();

    assertThat(took).isGreaterThanOrEqualTo(PATIENCE).isLessThan(PATIENCE.plusSeconds(10));
    assertBilled(payer, 1, SIZE);
  }

  @Test
  void aTreeThatTricklesIsGivenUp() throws Exception {
    TestPiece piece = placedThere();
    offering.offerTree(piece, piece.tree(), Optional.of(new Fault.Trickles(10)));

    byteOf(piece);

    assertBilled(payer, 1, SIZE);
  }

  @Test
  void aTreeThatIsTooLargeIsNotRead() throws Exception {
    TestPiece piece = placedThere();
    offering.offerTree(piece, Arrays.copyOf(piece.tree(), 50 << 20), Optional.empty());

    byteOf(piece);

    // its head told enough
    assertThat(offering.bytesSent()).isLessThan(SIZE + (20L << 20));
    assertBilled(payer, 1, SIZE);
  }

  @Test
  void aTreeOfNoLengthIsReadAsFarAsOneGoes() throws Exception {
    TestPiece piece = placedThere();
    offering.offerTree(piece, piece.tree(), Optional.of(new Fault.SendsOneMore()));

    byteOf(piece);

    assertThat(edge.edge().cache().mismatches()).isZero();
    assertBilled(payer, 1, SIZE);
  }

  @Test
  void whoHasNoTreeIsAskedOnceAPiece() throws Exception {
    TestPiece piece = placedThere();
    TestPiece other = placedThere();

    byteOf(piece);
    byteOf(other);

    assertThat(offering.treeRequestsFor(piece)).isEqualTo(1);
    assertThat(offering.treeRequestsFor(other)).isEqualTo(1);
    assertBilled(payer, 2, 2 * SIZE);
  }
}
