package io.filcdn.acceptance;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.filcdn.acceptance.DrillBooks.Finding;
import io.filcdn.acceptance.DrillEdges.Way;
import io.filcdn.acceptance.DrillHarm.Lost;
import io.filcdn.acceptance.DrillSchedule.Victim;
import io.filcdn.acceptance.DrillTakings.Offer;
import io.filcdn.acceptance.DrillTakings.Outcome;
import io.filcdn.acceptance.Forger.Letter;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.identity.EdgePrivateKey;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.testing.chain.Devnet;
import io.filcdn.testing.process.Http;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The money of a data set that runs out during a drill: an edge elsewhere has served nearly all
 * that was paid for, and the payer pays for some more now and then. No byte is served beyond that
 * at any moment.
 */
final class DrillPurse implements AutoCloseable {

  private static final String ELSEWHERE = "elsewhere";
  private static final long LEFT = 100L << 20;
  private static final int LOOK_MILLIS = 500;
  private static final int ADDRESS = 170;
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final String USED_UP = "402 cdn-quota-exhausted";
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Stack stack;
  private final TestDataSet dataSet;
  private final Queue<String> overdrawn = new ConcurrentLinkedQueue<>();
  private final long elsewhere;
  private long mostPaid;
  private final AtomicInteger looks = new AtomicInteger();
  private volatile boolean over;

  private DrillPurse(Stack stack, TestDataSet dataSet, long elsewhere) {
    this.stack = stack;
    this.dataSet = dataSet;
    this.elsewhere = elsewhere;
  }

  /** That of a new data set, nearly empty. */
  static DrillPurse of(Stack stack, TestDataSet dataSet) {
    DrillPurse purse = new DrillPurse(stack, dataSet, dataSet.cdnGrant() - LEFT);
    try (Forger forger = new Forger(stack)) {
      purse.serveElsewhere(forger, stack.admit(ELSEWHERE));
    }
    return purse;
  }

  private void serveElsewhere(Forger forger, EdgePrivateKey key) {
    JournalId journal = Forger.newJournal();
    ByteCount bytes = ByteCount.of(elsewhere);
    LeaseRequest request =
        new LeaseRequest(
            journal,
            ELSEWHERE,
            List.of(
                new LeaseRequest.Ask(QuotaName.cdn(dataSet.id()), bytes, bytes, ByteCount.ZERO)));
    await()
        .atMost(SOON)
        .until(
            () -> {
              HttpResponse<String> answer =
                  forger.send(Letter.signed(LeaseRequest.PATH, request, ELSEWHERE, key));
              return answer.statusCode() == 200
                  && RecordJson.read(answer.body(), LeaseAnswer.class).leases().stream()
                      .allMatch(lease -> lease.acquired().equals(bytes));
            });
    List<EgressRow> rows = List.of(Forger.egress(dataSet.id(), elsewhere));
    forger.write(forger.record(ELSEWHERE, journal, 1, rows), Optional.of(key));
    Books books = new Books(stack);
    await().atMost(SOON).until(() -> books.odometerCdnBytes(dataSet.id()).equals(bytes));
  }

  TestDataSet dataSet() {
    return dataSet;
  }

  /** The bytes of a data set that were served elsewhere, and by no edge of the drill. */
  long elsewhere(TestDataSet of) {
    return of.equals(dataSet) ? elsewhere : 0;
  }

  /** Pays for so many bytes more. */
  void pay(long bytes) {
    BigInteger amount = stack.devnet().reads().cdnRatePerByte().multiply(BigInteger.valueOf(bytes));
    stack.devnet().asPayer(dataSet.payer()).topUp(dataSet.number(), amount, Devnet.tokens("0.001"));
  }

  /** Begins to look whether more is served than was paid for: now, and again and again. */
  void watch(DrillTakings takings, List<Lost> lost) {
    Thread.startVirtualThread(
        () -> {
          while (!over) {
            try {
              look(takings, lost);
            } catch (RuntimeException e) {
              // the chain's node is stopped: the next look is as good
            }
            Connection.pause(LOOK_MILLIS);
          }
        });
  }

  /** What was taken first: what was paid for it by then is on the chain. */
  private void look(DrillTakings takings, List<Lost> lost) {
    long served = elsewhere + takings.wholeBytes(dataSet.id());
    long unwritten = takings.unwritten(dataSet.id(), lost);
    mostPaid = Math.max(mostPaid, dataSet.cdnGrant());
    looks.incrementAndGet();
    if (served > mostPaid + unwritten) {
      overdrawn.add(
          "served %d, paid for %d, in crashes at most %d".formatted(served, mostPaid, unwritten));
    }
  }

  /** Looks whether more was served than was paid for, whenever that could be looked at. */
  Finding served() {
    return new Finding(
        "no more is served than paid for, at any moment",
        looks() > 0 && overdrawn.isEmpty(),
        "%d looks: %s".formatted(looks(), overdrawn));
  }

  /** How often it was looked. */
  int looks() {
    return looks.get();
  }

  /**
   * Has a client take all that is left, from both edges, until neither serves the smallest piece,
   * and nothing that was paid for is kept from it.
   */
  Finding useUp(DrillClients clients) {
    List<Offer> largestFirst =
        offers(clients).stream()
            .sorted(Comparator.comparingInt((Offer offer) -> offer.content().length).reversed())
            .toList();
    for (Offer offer : largestFirst) {
      await()
          .atMost(SOON)
          .until(() -> DrillEdges.both().stream().allMatch(edge -> isUsedUp(clients, edge, offer)));
    }
    int smallest = largestFirst.getLast().content().length;
    try {
      await().atMost(SOON).ignoreExceptions().until(() -> left() < smallest);
    } catch (ConditionTimeoutException e) {
      // the finding tells
    }
    return new Finding(
        "all that was paid for is served, and no more",
        left() >= 0 && left() < smallest,
        "%d bytes are left, and %d refused".formatted(left(), smallest));
  }

  private static boolean isUsedUp(DrillClients clients, Victim edge, Offer offer) {
    Outcome outcome = Outcome.WHOLE;
    while (outcome == Outcome.WHOLE) {
      outcome = clients.takeAll(edge, Way.TLS_HTTP_2, ADDRESS, offer);
    }
    return outcome == Outcome.REFUSED
        && clients.takings().refusals().getLast().text().equals(USED_UP);
  }

  /** The bytes that are left, as metrics tells anyone. */
  private long left() {
    URI account = stack.service("metrics").resolve("/data-set/" + dataSet.number());
    try (Http http = new Http()) {
      String told = http.get(account.toString()).orElseThrow();
      return Long.parseLong(JSON.readTree(told).path("cdnEgressQuota").asText());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Pays for more, and waits until both edges serve it again. */
  Finding payAndAwaitServed(DrillClients clients, long bytes) {
    pay(bytes);
    List<String> unserved = new ArrayList<>();
    for (Offer offer : offers(clients)) {
      for (Victim edge : DrillEdges.both()) {
        try {
          await()
              .atMost(SOON)
              .until(() -> clients.takeAll(edge, Way.TLS, ADDRESS, offer) == Outcome.WHOLE);
        } catch (ConditionTimeoutException e) {
          unserved.add("%s at %s".formatted(offer.cid(), edge));
        }
      }
    }
    return Finding.none("whose money ran out is served again once he pays", unserved);
  }

  private List<Offer> offers(DrillClients clients) {
    return clients.offers().stream().filter(offer -> offer.dataSet().equals(dataSet)).toList();
  }

  @Override
  public void close() {
    over = true;
  }
}
