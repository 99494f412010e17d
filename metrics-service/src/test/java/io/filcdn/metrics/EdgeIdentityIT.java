package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.dataSet;
import static io.filcdn.metrics.Samples.fill;
import static io.filcdn.metrics.Samples.hit;
import static io.filcdn.metrics.Samples.indexed;
import static io.filcdn.metrics.Samples.journal;
import static io.filcdn.metrics.Samples.unbilled;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.common.identity.SignedMessage;
import io.filcdn.common.index.DataSetRecord.Reported;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.quota.LeaseDesk.Reply;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.repair.DeadLetterReplay.Replayed;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.Batch;
import io.filcdn.service.kafka.SourceRecord;
import io.filcdn.testing.time.MovedClock;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What an edge, or whoever has a place in the operator's network, can write that it did not serve.
 */
class EdgeIdentityIT {

  private static final String ODOMETERS =
      "select data_set, cdn_bytes, cache_miss_bytes from odometer where cdn_bytes > 0";
  private static final String REASONS =
      "select convert_from(payload, 'UTF8')::jsonb ->> 'reason' from dead_letter order by id";
  private static final long TIB = 1L << 40;

  private static final EdgeKeyPair ALICE = EdgeKeyPair.generate();
  private static final EdgeKeyPair BOB = EdgeKeyPair.generate();

  private static final TestStack stack = new TestStack();

  @TempDir Path folder;

  private final MovedClock clock = new MovedClock(NOON);
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private Path list;
  private MetricsService service;
  private long asked;

  @BeforeEach
  void startAnew() throws IOException {
    stack.forget();
    list = folder.resolve("edges.json");
    write(TestEdges.listOf(Map.of("alice", ALICE, "bob", BOB)));
    service = started("true");
    new Database(stack.dataSource())
        .run(
            connection ->
                new PostgresDataSets()
                    .keepNewer(
                        connection,
                        List.of(
                            indexed(
                                7,
                                1,
                                Samples.topUps("7000000000000000000", "7000000000000000000"),
                                Reported.NONE))));
  }

  @AfterEach
  void closeService() {
    service.close();
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  private MetricsService started(String required) {
    return stack.service(
        stack.dataSource(),
        clock,
        registry,
        "filcdn.metrics.edges.list",
        list.toString(),
        "filcdn.metrics.leases.required",
        required);
  }

  private void write(String json) throws IOException {
    Files.writeString(list, json);
  }

  /** What an attacker puts where the honest edge's first record belongs, and what becomes of it. */
  enum Forgery {
    FOR_A_JOURNAL_NOBODY_KNOWS("beyond-holdings") {
      @Override
      SourceRecord record() {
        return signed(ALICE, flush("alice", 9, 1, hit(7, TIB), fill(7, TIB)));
      }
    },
    UNSIGNED("unsigned") {
      @Override
      SourceRecord record() {
        return source(flush("alice", 1, 1, hit(7, TIB), fill(7, TIB)), null);
      }
    },
    OF_NO_EDGE("unknown-edge") {
      @Override
      SourceRecord record() {
        return signed(EdgeKeyPair.generate(), flush("mallory", 1, 1, hit(7, 1)));
      }
    },
    BY_ANOTHER_KEY("bad-signature") {
      @Override
      SourceRecord record() {
        return signed(BOB, flush("alice", 1, 1, hit(7, 1)));
      }
    },
    WITH_THE_SIGNATURE_OF_ANOTHER_RECORD("bad-signature") {
      @Override
      SourceRecord record() {
        return source(
            flush("alice", 1, 1, hit(7, 200)),
            signed(ALICE, flush("alice", 1, 1, hit(7, 100))).signature());
      }
    },
    IN_ANOTHER_EDGES_JOURNAL("foreign-journal") {
      @Override
      SourceRecord record() {
        return signed(BOB, flush("bob", 1, 1, hit(7, 1)));
      }
    },
    UNREADABLE_WITH_A_PLACE("unsigned") {
      @Override
      SourceRecord record() {
        String json = RecordJson.write(flush("alice", 1, 1, hit(7, 5)));
        return new SourceRecord("filcdn.egress", 0, 66, "key", json.replace("\"5\"", "\"-5\""));
      }
    },
    MORE_THAN_ALL_EDGES_CAN_SERVE("unsigned") {
      @Override
      SourceRecord record() {
        return source(flush("alice", 1, 1, hit(7, 1L << 60)), null);
      }
    };

    private final String reason;

    Forgery(String reason) {
      this.reason = reason;
    }

    abstract SourceRecord record();
  }

  @ParameterizedTest
  @EnumSource
  void aForgeryIsQuarantinedAndTheHonestRecordInItsPlaceStillCounts(Forgery forgery) {
    lease("alice", 1, 100, 40);

    apply(forgery.record());
    assertThat(stack.rows(ODOMETERS)).isEmpty();
    apply(signed(ALICE, flush("alice", 1, 1, hit(7, 100), fill(7, 40))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 100 40");
    assertThat(stack.rows(REASONS)).containsExactly(forgery.reason);
    assertThat(registry.get("filcdn.dead.letters").tag("reason", forgery.reason).counter().count())
        .isEqualTo(1);
  }

  @Test
  void anEdgeCountsWhatItHoldsToTheByteAndNotOneMore() {
    lease("alice", 1, 100, 0);

    apply(signed(ALICE, flush("alice", 1, 1, hit(7, 60))));
    apply(signed(ALICE, flush("alice", 1, 2, hit(7, 41))));
    apply(signed(ALICE, flush("alice", 1, 3, fill(7, 1))));
    apply(signed(ALICE, flush("alice", 1, 4, hit(8, 1))));
    apply(signed(ALICE, flush("alice", 1, 5, hit(7, 40))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 100 0");
    assertThat(stack.rows(REASONS))
        .containsExactly("beyond-holdings", "beyond-holdings", "beyond-holdings");
  }

  @Test
  void whatWasGivenBackCannotBeCountedToo() {
    lease("alice", 1, 100, 0);
    ask("alice", 1, new Ask(QuotaName.cdn(dataSet(7)), bytes(100), bytes(100), bytes(90)));

    apply(signed(ALICE, flush("alice", 1, 1, hit(7, 11))));

    assertThat(stack.rows(ODOMETERS)).isEmpty();
  }

  @Test
  void recordsThatWaitForAGapAreHeldAgainstWhatIsLeftThen() {
    lease("alice", 1, 100, 0);

    apply(signed(ALICE, flush("alice", 1, 3, hit(7, 50))));
    apply(
        signed(ALICE, flush("alice", 1, 2, hit(7, 50))),
        signed(ALICE, flush("alice", 1, 1, hit(7, 50))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 100 0");
    assertThat(stack.rows("select sequence, parked from watermark")).containsExactly("3 0");
  }

  @Test
  void aJournalThatWasWrittenOffCountsWhatItHeldAndOneThatWasDrainedNothing() {
    lease("alice", 1, 100, 0);
    lease("alice", 2, 100, 0);
    service.leaseDesk().writeOff(journal(1), "its disk is lost");
    assertThat(drained(2)).isTrue();

    apply(signed(ALICE, flush("alice", 1, 1, hit(7, 60))));
    apply(signed(ALICE, flush("alice", 1, 2, hit(7, 41))));
    apply(signed(ALICE, flush("alice", 1, 3, hit(7, 40))));
    apply(signed(ALICE, flush("alice", 2, 1, hit(7, 1))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 100 0");
    assertThat(stack.rows("select bytes from written_off")).containsExactly("0");
  }

  @Test
  void keysFollowEachOtherAndARevokedOneIsRefusedWithinSeconds() throws IOException {
    EdgeKeyPair next = EdgeKeyPair.generate();
    lease("alice", 1, 100, 0);
    write("[%s,%s]".formatted(entry(ALICE, ""), entry(next, "")));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              apply(signed(next, flush("alice", 1, 1, hit(7, 1))));
              return stack.rows(ODOMETERS).equals(List.of("fwss/7 1 0"));
            });
    apply(signed(ALICE, flush("alice", 1, 2, hit(7, 10))));
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 11 0");

    write("[%s,%s]".formatted(entry(ALICE, ",\"revoked\":\"its disk was sold\""), entry(next, "")));
    SourceRecord late = signed(ALICE, flush("alice", 9, 1, hit(7, 1)));
    await()
        .atMost(Duration.ofSeconds(20))
        .until(
            () -> {
              apply(late);
              return stack.rows(REASONS).contains("key-not-valid");
            });
    apply(signed(ALICE, flush("alice", 1, 3, hit(7, 20))));
    apply(signed(next, flush("alice", 1, 3, hit(7, 5))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 16 0");
  }

  @Test
  void aKeyIsGoodOnlyInItsTime() throws IOException {
    lease("alice", 1, 100, 0);
    service.close();
    write(
        "[%s]"
            .formatted(
                entry(
                    ALICE,
                    ",\"validFrom\":\"2026-11-21T12:00:10Z\",\"validUntil\":\"2026-11-21T12:00:20Z\"")));
    service = started("true");

    apply(signed(ALICE, flush("alice", 1, 1, hit(7, 1))));
    clock.move(Duration.ofSeconds(10));
    apply(signed(ALICE, flush("alice", 1, 1, hit(7, 1))));
    clock.move(Duration.ofSeconds(10));
    apply(signed(ALICE, flush("alice", 1, 2, hit(7, 1))));

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1 0");
    assertThat(stack.rows(REASONS)).containsExactly("key-not-valid", "key-not-valid");
  }

  @Test
  void anOperatorCanLetAQuarantinedRecordCountOnceAndSaysWhy() {
    lease("alice", 1, 100, 0);
    send(source(flush("alice", 1, 1, hit(7, 60)), null));
    send(signed(ALICE, flush("alice", 1, 2, hit(7, 1000))));
    send(signed(ALICE, flush("alice", 1, 3, hit(7, 40))));
    applyWritten();
    assertThat(stack.rows(ODOMETERS)).isEmpty();

    replayAll("its key was late");
    applyWritten();
    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 100 0");
    replayAll("it was served");
    SourceRecord[] last = applyWritten();
    apply(last);

    assertThat(stack.rows(ODOMETERS)).containsExactly("fwss/7 1100 0");
    assertThat(stack.rows("select detail from audit where action = 'DEAD_LETTER_REPLAYED'"))
        .hasSize(2)
        .anyMatch(detail -> detail.endsWith("its key was late"))
        .anyMatch(detail -> detail.endsWith("it was served"));
    send(source(flush("alice", 1, 1, hit(7, 9)), null));
    assertThat(service.rebuild().run(false).differences()).isEmpty();
  }

  private void replayAll(String why) {
    for (String id : stack.rows("select id from dead_letter where replayed_at is null")) {
      assertThat(service.replay().replay(Long.parseLong(id), Optional.empty(), why))
          .isInstanceOf(Replayed.Done.class);
    }
  }

  private static void send(SourceRecord record) {
    stack.send(Topic.EGRESS, 0, "key", record.value(), record.signature());
  }

  /** Applies what was written to Kafka since the last time. */
  private SourceRecord[] applyWritten() {
    SourceRecord[] written =
        stack.written(Topic.EGRESS).stream().map(SourceRecord::of).toArray(SourceRecord[]::new);
    apply(written);
    return written;
  }

  @Test
  void noSumOfRecordsStopsTheBatch() {
    service.close();
    service = started("false");
    long most = 1L << 43;
    List<SourceRecord> all = new ArrayList<>();
    stack.rows(
        "insert into odometer (data_set, cdn_bytes, cache_miss_bytes, requests,"
            + " cache_miss_requests, as_of) values ('fwss/7', 0, 0, 9223372036854775000, 0, 1)"
            + " returning 1");
    stack.rows(
        "insert into unbilled (data_set, reason, requests, bytes, fill_bytes)"
            + " values ('fwss/7', 'bot', 1, 9223372036854775000, 9223372036854775000) returning 1");
    for (int sequence = 1; sequence <= 3; sequence++) {
      all.add(
          signed(
              ALICE,
              flush(
                  "alice",
                  1,
                  sequence,
                  new EgressRow.Egress(
                      dataSet(7),
                      CacheOutcome.HIT,
                      "2xx",
                      "DE",
                      400,
                      bytes(most),
                      Optional.empty()),
                  unbilled(7, EgressRow.Reason.BOT, most, most / 4))));
    }

    apply(all.toArray(SourceRecord[]::new));
    apply(signed(ALICE, flush("alice", 1, 4, hit(8, 1))));

    assertThat(stack.rows("select data_set, cdn_bytes, requests from odometer order by 1"))
        .containsExactly("fwss/7 %d 9223372036854775800".formatted(2 * most), "fwss/8 1 1");
    assertThat(stack.rows("select bytes from unbilled")).containsExactly("" + Long.MAX_VALUE);
    assertThat(stack.rows(REASONS)).containsExactly("beyond-holdings");
  }

  @Test
  void whatAnEdgeSignedAndNoTableTakesKeepsItsPlace() {
    lease("alice", 1, 100, 0);
    EgressRow row =
        new EgressRow.Egress(
            dataSet(7), CacheOutcome.HIT, "2xx", "\0\0", 1, bytes(10), Optional.empty());

    apply(
        signed(ALICE, flush("alice", 1, 1, row)), signed(ALICE, flush("alice", 1, 2, hit(7, 20))));

    assertThat(stack.rows("select cdn_bytes from odometer")).containsExactly("20");
    assertThat(stack.rows(REASONS)).containsExactly("unreadable");
  }

  @Test
  void nobodyTouchesAnothersJournalAndAReplayDoesNothing() {
    lease("alice", 1, 100, 0);
    Ask more = new Ask(QuotaName.cdn(dataSet(7)), bytes(500), bytes(500), ByteCount.ZERO);

    assertThat(service.leaseDesk().lease(new LeaseRequest(journal(1), "bob", List.of(more)), 999))
        .isEqualTo(new Reply.ForeignJournal<LeaseAnswer>());
    assertThat(service.leaseDesk().end(new JournalEnd(journal(1), Map.of()), "bob"))
        .isEqualTo(new Reply.ForeignJournal<JournalEnd.Answer>());
    assertThat(
            service.leaseDesk().lease(new LeaseRequest(journal(1), "alice", List.of(more)), asked))
        .isEqualTo(new Reply.Outdated<LeaseAnswer>());

    assertThat(stack.rows("select edge, closed from lease_journal")).containsExactly("alice null");
    assertThat(stack.rows("select sum(acquired) from lease where quota = 'cdn'"))
        .containsExactly("100");
  }

  private void lease(String edge, long journal, long cdn, long cacheMiss) {
    ask(
        edge,
        journal,
        new Ask(QuotaName.cdn(dataSet(7)), bytes(cdn), bytes(cdn), ByteCount.ZERO),
        new Ask(
            QuotaName.cacheMiss(dataSet(7)), bytes(cacheMiss), bytes(cacheMiss), ByteCount.ZERO));
  }

  private void ask(String edge, long journal, Ask... asks) {
    asked++;
    assertThat(
            service
                .leaseDesk()
                .lease(new LeaseRequest(journal(journal), edge, List.of(asks)), asked))
        .isInstanceOf(Reply.Done.class);
  }

  private boolean drained(long journal) {
    return service.leaseDesk().end(new JournalEnd(journal(journal), Map.of()), "alice")
            instanceof Reply.Done<JournalEnd.Answer>(JournalEnd.Answer(boolean drained))
        && drained;
  }

  private void apply(SourceRecord... records) {
    service.pipeline().apply(new Batch(Topic.EGRESS.topicName(), List.of(records)));
  }

  private static String entry(EdgeKeyPair key, String more) {
    return "{\"edge\":\"alice\",\"publicKey\":\"%s\"%s}".formatted(key.publicKey().text(), more);
  }

  private static EgressRecord flush(String edge, long journal, long sequence, EgressRow... rows) {
    return new EgressRecord(
        journal(journal), 0, sequence, edge, NOON.minusSeconds(1), NOON, List.of(rows));
  }

  private static SourceRecord signed(EdgeKeyPair key, EgressRecord flush) {
    byte[] message = SignedMessage.egress(RecordJson.write(flush).getBytes(UTF_8));
    return source(flush, key.privateKey().sign(message));
  }

  private static SourceRecord source(EgressRecord flush, @Nullable String signature) {
    return new SourceRecord(
        Topic.EGRESS.topicName(), 0, flush.sequence(), "key", RecordJson.write(flush), signature);
  }

  private static ByteCount bytes(long bytes) {
    return ByteCount.of(bytes);
  }
}
