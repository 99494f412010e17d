package io.filcdn.metrics.repair;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.index.DataSetRecord;
import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.intake.EgressParser;
import io.filcdn.metrics.intake.ParsedEgress;
import io.filcdn.metrics.intake.PostgresApprovals;
import io.filcdn.metrics.json.PostgresSafeJson;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.metrics.publish.PostgresDeadLetters.StoredDeadLetter;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.SourceRecord;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * The replay of a dead letter, as it came or as an operator corrected it.
 *
 * <p>An egress record whose place in its journal was known took that place when it died; it comes
 * again as the only record of a journal of its own, named after the letter, so that it counts once
 * however often it is replayed. One whose place was unknown left a gap, or was not known to be its
 * edge's word, and comes again as itself. Either is approved by its value, as no edge signs it, and
 * goes through {@code filcdn.egress}, where a rebuild finds it too.
 */
public final class DeadLetterReplay {

  private final Database database;
  private final PostgresDeadLetters deadLetters = new PostgresDeadLetters();
  private final PostgresDataSets dataSets = new PostgresDataSets();
  private final PostgresAudit audit = new PostgresAudit();
  private final PostgresApprovals approvals = new PostgresApprovals();
  private final EgressParser parser;
  private final KafkaPublisher kafka;
  private final Clock clock;

  public DeadLetterReplay(
      Database database, EgressParser parser, KafkaPublisher kafka, Clock clock) {
    this.database = database;
    this.parser = parser;
    this.kafka = kafka;
    this.clock = clock;
  }

  /** The outcome of a replay. */
  public sealed interface Replayed {

    /** A replay that was done. */
    record Done(String how) implements Replayed {}

    /** A refusal: the letter still cannot be applied. */
    record Refused(String message) implements Replayed {}

    /** A letter that does not exist. */
    record Unknown() implements Replayed {}
  }

  /** The decision on what is done, and on what is to be sent once that is committed. */
  private record Decision(Replayed replayed, Optional<ProducerRecord<String, String>> message) {

    static Decision of(Replayed replayed) {
      return new Decision(replayed, Optional.empty());
    }
  }

  /**
   * Replays the letter with that id; again, it changes nothing.
   *
   * @param corrected what the record should have been; without it, the letter's own value
   * @param why it may count; kept in the audit
   */
  public Replayed replay(long id, Optional<String> corrected, String why) {
    Decision decision =
        database.call(
            connection -> {
              Optional<StoredDeadLetter> kept = deadLetters.find(connection, id);
              if (kept.isEmpty()) {
                return Decision.of(new Replayed.Unknown());
              }
              Optional<String> value = corrected.or(kept.get().letter()::value);
              if (value.isEmpty()) {
                return Decision.of(
                    new Replayed.Refused("expected a value to replay, found none; send one"));
              }
              Decision decided = decide(connection, kept.get(), value.get());
              if (decided.replayed instanceof Replayed.Done(String how)) {
                remember(connection, id, "%s; %s".formatted(how, why));
              }
              return decided;
            });
    // what comes back from Kafka counts only where the approval is there
    decision.message.ifPresent(message -> kafka.send(List.of(message)));
    return decision.replayed;
  }

  private Decision decide(Connection connection, StoredDeadLetter kept, String value)
      throws SQLException {
    DeadLetter letter = kept.letter();
    if (letter.topic().equals(Topic.EGRESS.topicName())) {
      return count(connection, kept, value);
    }
    if (letter.topic().equals(Topic.DATA_SETS.topicName())) {
      return Decision.of(keep(connection, value));
    }
    return Decision.of(
        new Replayed.Refused(
            "expected a letter of %s or %s, found one of %s: the others are not counted"
                .formatted(Topic.EGRESS.topicName(), Topic.DATA_SETS.topicName(), letter.topic())));
  }

  private Decision count(Connection connection, StoredDeadLetter kept, String value)
      throws SQLException {
    DeadLetter letter = kept.letter();
    SourceRecord source =
        new SourceRecord(
            letter.topic(), letter.partition(), letter.offset(), letter.key().orElse(null), value);
    return switch (parser.parse(source)) {
      case ParsedEgress.Refused refused -> Decision.of(new Replayed.Refused(refused.message()));
      case ParsedEgress.Flush flush -> {
        EgressRecord again =
            hadAPlace(letter) ? asItsOwnJournal(letter, flush.egress()) : flush.egress();
        String json = RecordJson.write(again);
        approvals.add(connection, json, kept.id(), clock.instant());
        yield new Decision(
            new Replayed.Done(
                "sent as sequence %d of journal %s".formatted(again.sequence(), again.journal())),
            Optional.of(
                new ProducerRecord<>(Topic.EGRESS.topicName(), again.journal().toString(), json)));
      }
    };
  }

  private Replayed keep(Connection connection, String value) throws SQLException {
    try {
      DataSetRecord record = PostgresSafeJson.read(value, DataSetRecord.class);
      dataSets.keepNewer(connection, List.of(record));
      return new Replayed.Done("kept for %s, unless there is a newer".formatted(record.dataSet()));
    } catch (IllegalArgumentException e) {
      return new Replayed.Refused(String.valueOf(e.getMessage()));
    }
  }

  private boolean hadAPlace(DeadLetter letter) {
    return takesAPlace(letter) && parser.parse(asItCame(letter)).position().isPresent();
  }

  /** True if a record that was refused so took its place in its journal, where it has one. */
  static boolean takesAPlace(DeadLetter letter) {
    return ParsedEgress.DeadLetterReason.of(letter.reason())
        .filter(ParsedEgress.DeadLetterReason::takesNoPlace)
        .isEmpty();
  }

  /** The record that became a letter. */
  static SourceRecord asItCame(DeadLetter letter) {
    return new SourceRecord(
        letter.topic(),
        letter.partition(),
        letter.offset(),
        letter.key().orElse(null),
        letter.value().orElse(null));
  }

  private static EgressRecord asItsOwnJournal(DeadLetter letter, EgressRecord egress) {
    String name =
        "%s-%d@%d %s"
            .formatted(
                letter.topic(), letter.partition(), letter.offset(), letter.value().orElse(""));
    UUID journal = UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    return new EgressRecord(
        new JournalId(journal),
        egress.partition(),
        1,
        egress.edge(),
        egress.from(),
        egress.to(),
        egress.rows());
  }

  private void remember(Connection connection, long id, String how) throws SQLException {
    Instant now = clock.instant();
    deadLetters.markReplayed(connection, id, now);
    audit.add(
        connection,
        new AuditEntry(now, AuditEntry.Action.DEAD_LETTER_REPLAYED, "dead letter " + id, how));
  }
}
