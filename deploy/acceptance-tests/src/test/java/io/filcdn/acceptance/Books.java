package io.filcdn.acceptance;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.EgressRow;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.kafka.DeadLetter;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.kafka.Topic;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.UsageRecord;
import io.filcdn.testing.infra.TopicContents;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** What the services tell each other about bytes, as it stands in Kafka. */
final class Books {

  private final Map<String, Object> kafka;
  private final Supplier<List<ConsumerRecord<String, String>>> egress;

  Books(Stack stack) {
    this.kafka = stack.kafka();
    this.egress = () -> TopicContents.of(kafka, Topic.EGRESS.topicName());
  }

  /**
   * Those of a stack whose Kafka forgets.
   *
   * @param egress what remembers the records of edges
   */
  Books(Stack stack, TopicContents egress) {
    this.kafka = stack.kafka();
    this.egress = egress::read;
  }

  /** Bytes of a data set that are to be paid for. */
  long egressBytes(DataSetId dataSet) {
    return sum(
        dataSet, row -> row instanceof EgressRow.Egress egress ? egress.egressBytes().bytes() : 0);
  }

  /** Bytes that a data set's provider is paid for. */
  long fillBytes(DataSetId dataSet) {
    return sum(dataSet, row -> row instanceof EgressRow.Fill fill ? fill.fillBytes().bytes() : 0);
  }

  /** Bytes of a data set that nobody pays for. */
  long unbilledBytes(DataSetId dataSet) {
    return sum(
        dataSet, row -> row instanceof EgressRow.Unbilled free ? free.unbilledBytes().bytes() : 0);
  }

  /** Retrievals of a data set that ended, billed or not. */
  long requests(DataSetId dataSet) {
    return sum(
        dataSet,
        row ->
            switch (row) {
              case EgressRow.Egress egress -> egress.requests();
              case EgressRow.Unbilled free -> free.requests();
              case EgressRow.Fill _ -> 0;
            });
  }

  /** The newest odometer of a data set. */
  Optional<UsageRecord> odometer(DataSetId dataSet) {
    return odometer(dataSet, Long.MAX_VALUE);
  }

  /** The newest odometer of a data set of which something was counted. */
  UsageRecord counted(DataSetId dataSet) {
    return odometer(dataSet)
        .orElseThrow(() -> new AssertionError("nothing was counted of " + dataSet));
  }

  /** The newest of those that were counted at most so often anew. */
  Optional<UsageRecord> odometer(DataSetId dataSet, long generation) {
    return read(Topic.USAGE, UsageRecord.class).stream()
        .filter(usage -> usage.dataSet().equals(dataSet) && usage.countGeneration() <= generation)
        .reduce((one, other) -> other.supersedes(one) ? other : one);
  }

  ByteCount odometerCdnBytes(DataSetId dataSet) {
    return odometer(dataSet).map(UsageRecord::cdnBytes).orElse(ByteCount.ZERO);
  }

  /** The journal that an edge writes at the moment. */
  Optional<JournalId> journal(String edge) {
    return egress()
        .filter(record -> record.edge().equals(edge))
        .max(Comparator.comparing(EgressRecord::to))
        .map(EgressRecord::journal);
  }

  /** Why records of a journal were put aside. */
  List<String> deadLetters(JournalId journal) {
    return read(Topic.DEAD_LETTERS, DeadLetter.class).stream()
        .filter(letter -> letter.value().orElse("").contains(journal.toString()))
        .map(DeadLetter::reason)
        .toList();
  }

  /** The same flush can come twice: it is known by journal, partition and sequence. */
  private long sum(DataSetId dataSet, ToLongFunction<EgressRow> bytes) {
    return egress()
        .distinct()
        .flatMap(flush -> flush.rows().stream())
        .filter(row -> row.dataSet().equals(dataSet))
        .mapToLong(bytes)
        .sum();
  }

  private Stream<EgressRecord> egress() {
    return egress.get().stream().map(record -> RecordJson.read(record.value(), EgressRecord.class));
  }

  private <T> List<T> read(Topic topic, Class<T> type) {
    return TopicContents.of(kafka, topic.topicName()).stream()
        .map(record -> RecordJson.read(record.value(), type))
        .toList();
  }
}
