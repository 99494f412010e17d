package io.filcdn.metrics.intake;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.filcdn.common.egress.JournalId;
import io.filcdn.common.identity.SignedMessage;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.metrics.identity.AuthenticationFailure;
import io.filcdn.metrics.identity.EdgeListFile;
import io.filcdn.metrics.intake.ParsedEgress.DeadLetterReason;
import io.filcdn.metrics.intake.ParsedEgress.Flush;
import io.filcdn.metrics.intake.ParsedEgress.Refused;
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
public final class RecordAuthentication {

  private final EgressParser parser;
  private final EdgeListFile edges;
  private final PostgresLeaseJournals journals = new PostgresLeaseJournals();
  private final PostgresApprovals approvals = new PostgresApprovals();
  private final Clock clock;

  public RecordAuthentication(EgressParser parser, EdgeListFile edges, Clock clock) {
    this.parser = parser;
    this.edges = edges;
    this.clock = clock;
  }

  /** A record of which only the edge's name is read, where the rest makes no sense. */
  private record EdgeName(@Nullable String edge) {}

  /** Reads records, and refuses those that no edge has signed, on all cores at once. */
  public List<ParsedEgress> read(List<SourceRecord> records) {
    return records.parallelStream().map(this::read).toList();
  }

  private ParsedEgress read(SourceRecord source) {
    ParsedEgress record = parser.parse(source);
    if (record.position().isEmpty()) {
      return record; // it names no journal, and is refused as it is
    }
    return failure(source, edge(record))
        .<ParsedEgress>map(why -> refused(source, why))
        .orElse(record);
  }

  /**
   * True where a record can have been counted: the edge that it names has signed it, with a key
   * that is good or was, or an operator has approved it.
   */
  public boolean isAuthentic(Connection connection, SourceRecord source) throws SQLException {
    Optional<AuthenticationFailure> failure = failure(source, edge(parser.parse(source)));
    return failure.isEmpty()
        || failure.get() == AuthenticationFailure.KEY_NOT_VALID
        || !approvals.among(connection, List.of(value(source))).isEmpty();
  }

  private Optional<AuthenticationFailure> failure(SourceRecord source, String edge) {
    byte[] message = SignedMessage.egress(value(source).getBytes(UTF_8));
    return edges.current().verify(edge, message, source.signature(), clock.instant());
  }

  private static String edge(ParsedEgress record) {
    if (record instanceof Flush flush) {
      return flush.egress().edge();
    }
    try {
      String edge = RecordJson.read(value(record.source()), EdgeName.class).edge();
      return edge == null ? "" : edge;
    } catch (IllegalArgumentException e) {
      return "";
    }
  }

  private static Refused refused(SourceRecord source, AuthenticationFailure why) {
    return new Refused(source, Optional.empty(), DeadLetterReason.of(why), why.message());
  }

  /**
   * Refuses what one edge says of another's journal, and lets pass what an operator has approved,
   * in the caller's transaction.
   *
   * @return the records, in their order
   */
  public List<ParsedEgress> authorize(Connection connection, List<ParsedEgress> records)
      throws SQLException {
    Map<JournalId, String> owners = journals.owners(connection, journals(records));
    List<ParsedEgress> owned = records.stream().map(record -> ofItsEdge(record, owners)).toList();
    Set<String> approved = approvals.among(connection, doubtful(owned));
    return owned.stream().map(record -> approved(record, approved)).toList();
  }

  private static List<JournalId> journals(List<ParsedEgress> records) {
    return records.stream()
        .flatMap(record -> record.position().stream())
        .map(Position::journal)
        .distinct()
        .toList();
  }

  private static ParsedEgress ofItsEdge(ParsedEgress record, Map<JournalId, String> owners) {
    boolean foreign =
        record
            .position()
            .map(position -> owners.get(position.journal()))
            .filter(owner -> !owner.equals(edge(record)))
            .isPresent();
    return foreign ? refused(record.source(), AuthenticationFailure.FOREIGN_JOURNAL) : record;
  }

  private static List<String> doubtful(List<ParsedEgress> records) {
    return records.stream()
        .filter(RecordAuthentication::isDoubtful)
        .map(r -> value(r.source()))
        .toList();
  }

  private ParsedEgress approved(ParsedEgress record, Set<String> approved) {
    if (isDoubtful(record)
        && approved.contains(value(record.source()))
        && parser.parse(record.source()) instanceof Flush flush) {
      return new Flush(flush.source(), flush.egress(), true);
    }
    return record;
  }

  private static boolean isDoubtful(ParsedEgress record) {
    return record instanceof Refused refused && refused.reason().takesNoPlace();
  }

  private static String value(SourceRecord source) {
    return source.value() == null ? "" : source.value();
  }
}
