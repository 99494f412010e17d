package io.filcdn.metrics.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.identity.SignedMessage;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.metrics.identity.Distrust;
import io.filcdn.metrics.identity.EdgeListFile;
import io.filcdn.metrics.intake.Reading.Flush;
import io.filcdn.metrics.intake.Reading.Refusal;
import io.filcdn.metrics.intake.Reading.Refused;
import io.filcdn.metrics.quota.PostgresLeaseJournals;
import io.filcdn.service.kafka.SourceRecord;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The check of whose word a record is, ahead of the gate: what no edge can be held to takes no
 * place in any journal. A record is judged when it comes, by the keys that are good then.
 */
public final class Authenticity {

  private final EgressReader reader;
  private final EdgeListFile edges;
  private final PostgresLeaseJournals journals;
  private final PostgresApprovals approvals;
  private final Clock clock;

  public Authenticity(
      EgressReader reader,
      EdgeListFile edges,
      PostgresLeaseJournals journals,
      PostgresApprovals approvals,
      Clock clock) {
    this.reader = reader;
    this.edges = edges;
    this.journals = journals;
    this.approvals = approvals;
    this.clock = clock;
  }

  /** A record of which only the edge's name is read, where the rest makes no sense. */
  private record Named(@Nullable String edge) {}

  /** Reads records, and refuses those that no edge has signed, on all cores at once. */
  public List<Reading> read(List<SourceRecord> records) {
    return records.parallelStream().map(this::read).toList();
  }

  private Reading read(SourceRecord source) {
    Reading reading = reader.read(source);
    if (reading.position().isEmpty()) {
      return reading; // it names no journal, and is refused as it is
    }
    return distrust(source, edge(reading))
        .<Reading>map(why -> refused(source, why))
        .orElse(reading);
  }

  /**
   * True where a record can have been counted: the edge that it names has signed it, with a key
   * that is good or was, or an operator has approved it.
   */
  public boolean isSomeonesWord(Connection connection, SourceRecord source) throws SQLException {
    Optional<Distrust> distrust = distrust(source, edge(reader.read(source)));
    return distrust.isEmpty()
        || distrust.get() == Distrust.KEY_NOT_VALID
        || !approvals.among(connection, List.of(value(source))).isEmpty();
  }

  private Optional<Distrust> distrust(SourceRecord source, String edge) {
    byte[] message = SignedMessage.egress(value(source).getBytes(UTF_8));
    return edges.current().distrust(edge, message, source.signature(), clock.instant());
  }

  private static String edge(Reading reading) {
    if (reading instanceof Flush flush) {
      return flush.egress().edge();
    }
    try {
      String edge = RecordJson.read(value(reading.source()), Named.class).edge();
      return edge == null ? "" : edge;
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static Refused refused(SourceRecord source, Distrust why) {
    return new Refused(source, Optional.empty(), Refusal.of(why), why.message());
  }

  /**
   * Refuses what one edge says of another's journal, and lets pass what an operator has approved,
   * in the caller's transaction.
   *
   * @return the readings, in their order
   */
  public List<Reading> judge(Connection connection, List<Reading> readings) throws SQLException {
    Map<JournalId, String> owners = journals.owners(connection, journals(readings));
    List<Reading> owned = readings.stream().map(reading -> ofItsEdge(reading, owners)).toList();
    Set<String> approved = approvals.among(connection, doubtful(owned));
    return owned.stream().map(reading -> approved(reading, approved)).toList();
  }

  private static List<JournalId> journals(List<Reading> readings) {
    return readings.stream()
        .flatMap(reading -> reading.position().stream())
        .map(Position::journal)
        .distinct()
        .toList();
  }

  private static Reading ofItsEdge(Reading reading, Map<JournalId, String> owners) {
    boolean foreign =
        reading
            .position()
            .map(position -> owners.get(position.journal()))
            .filter(owner -> !owner.equals(edge(reading)))
            .isPresent();
    return foreign ? refused(reading.source(), Distrust.FOREIGN_JOURNAL) : reading;
  }

  private static List<String> doubtful(List<Reading> readings) {
    return readings.stream().filter(Authenticity::isDoubtful).map(r -> value(r.source())).toList();
  }

  private Reading approved(Reading reading, Set<String> approved) {
    if (isDoubtful(reading)
        && approved.contains(value(reading.source()))
        && reader.read(reading.source()) instanceof Flush flush) {
      return new Flush(flush.source(), flush.egress(), true);
    }
    return reading;
  }

  private static boolean isDoubtful(Reading reading) {
    return reading instanceof Refused refused && refused.refusal().takesNoPlace();
  }

  private static String value(SourceRecord source) {
    return source.value() == null ? "" : source.value();
  }
}
