package io.filcdn.acceptance;

import io.filcdn.acceptance.Forger.Letter;
import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.common.identity.EdgePrivateKey;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * An edge of the operator's list that serves nobody, bills by chance what it leased and what it did
 * not, and talks in the honest edge's name. What it may get by that is what it leased.
 */
final class LyingEdge {

  static final String NAME = "mallory";

  private static final String VICTIM = "local";
  private static final int MOST = 3 << 20;

  private final Forger forger;
  private final EdgePrivateKey key;
  private final JournalId victimsJournal;
  private final List<DataSetId> dataSets;
  private final Random random;
  private final EdgePrivateKey otherKey = EdgeKeyPair.generate().privateKey();
  private final Map<DataSetId, Long> leased = new ConcurrentHashMap<>();
  private int refused;

  LyingEdge(
      Forger forger,
      EdgePrivateKey key,
      JournalId victimsJournal,
      List<DataSetId> dataSets,
      Random random) {
    this.forger = forger;
    this.key = key;
    this.victimsJournal = victimsJournal;
    this.dataSets = dataSets;
    this.random = random;
  }

  /** What it leased of each quota of a data set, which is the most that it can bill. */
  long leased(DataSetId dataSet) {
    return leased.getOrDefault(dataSet, 0L);
  }

  /** How many of its claims no honest metrics can have counted. */
  int refused() {
    return refused;
  }

  /** Does one thing that is to its liking. */
  void act() {
    DataSetId dataSet = dataSets.get(random.nextInt(dataSets.size()));
    long bytes = 1L + random.nextInt(MOST);
    switch (random.nextInt(6)) {
      case 0, 1 -> bill(dataSet, bytes, lease(dataSet, bytes));
      case 2 -> billMore(dataSet, bytes);
      case 3 -> write(claim(VICTIM, Forger.newJournal(), dataSet, bytes), Optional.empty());
      case 4 ->
          write(claim(VICTIM, Forger.newJournal(), dataSet, bytes << 20), Optional.of(otherKey));
      default -> meddle(dataSet, bytes);
    }
  }

  private Optional<JournalId> lease(DataSetId dataSet, long bytes) {
    JournalId journal = Forger.newJournal();
    LeaseRequest request = Forger.lease(NAME, journal, dataSet, bytes);
    LeaseAnswer answer =
        RecordJson.read(
            forger.send(Letter.signed(LeaseRequest.PATH, request, NAME, key)).body(),
            LeaseAnswer.class);
    return answer.leases().stream().allMatch(l -> l.acquired().equals(ByteCount.of(bytes)))
        ? Optional.of(journal)
        : Optional.empty();
  }

  private void bill(DataSetId dataSet, long bytes, Optional<JournalId> journal) {
    journal.ifPresent(
        own -> {
          leased.merge(dataSet, bytes, Long::sum);
          forger.write(claim(NAME, own, dataSet, bytes), Optional.of(key));
        });
  }

  private void billMore(DataSetId dataSet, long bytes) {
    lease(dataSet, bytes)
        .ifPresent(own -> write(claim(NAME, own, dataSet, bytes + 1), Optional.of(key)));
  }

  /** Writes into the victim's journal, and asks to have it ended and its leases for itself. */
  private void meddle(DataSetId dataSet, long bytes) {
    write(claim(NAME, victimsJournal, dataSet, bytes), Optional.of(key));
    LeaseRequest lease = Forger.lease(NAME, victimsJournal, dataSet, bytes);
    JournalEnd end = new JournalEnd(victimsJournal, Map.of());
    forger.send(Letter.signed(LeaseRequest.PATH, lease, NAME, key));
    forger.send(Letter.signed(JournalEnd.PATH, end, NAME, key));
    forger.send(Letter.signed(JournalEnd.PATH, end, VICTIM, otherKey));
  }

  private void write(EgressRecord record, Optional<EdgePrivateKey> signer) {
    refused++;
    forger.write(record, signer);
  }

  private EgressRecord claim(String edge, JournalId journal, DataSetId dataSet, long bytes) {
    return forger.claim(edge, journal, 1, dataSet, bytes);
  }
}
