package io.filcdn.metrics.policies;

import io.filcdn.common.access.PolicyRecord;
import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.metrics.accounts.PayerLock;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.wallets.SignatureCheck;
import io.filcdn.metrics.wallets.SignatureCheck.By;
import io.filcdn.metrics.wallets.SignatureCheck.Verdict;
import io.filcdn.service.database.AdvisoryLock;
import io.filcdn.service.database.Database;
import io.filcdn.service.kafka.KafkaPublisher;
import io.filcdn.service.kafka.OneSender;
import io.filcdn.service.kafka.OutboxPublisher;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.SignedGrant;
import io.filcdn.wallet.TypedDomain;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/**
 * The desk where payers set policies by grants that their wallets signed. All that can be said
 * without the database is said first; what a grant sets waits in its transaction to be told to
 * edges.
 */
public final class PolicyDesk {

  private static final AdvisoryLock PUBLISHING = AdvisoryLock.of(0x61636365_73730002L);
  private static final String COUNTER = "filcdn.published";

  /**
   * The time by which the serials of session keys may be ahead, in milliseconds: the payer is to
   * have higher ones left, and so are his other keys.
   */
  private static final Duration MOST_AHEAD = Duration.ofDays(1);

  private final Database database;
  private final PostgresPolicies policies = new PostgresPolicies();
  private final PostgresAudit audit = new PostgresAudit();
  private final OutboxPublisher<PolicyOutbox.Change> outbox;
  private final Network network;
  private final SignatureCheck signatures;
  private final TypedDomain domain;
  private final Clock clock;

  /**
   * The rules by which Kafka is told.
   *
   * @param atOnce policies that are told in one transaction
   * @param tellAgainAfter the time after which each change is told once more: longer than a
   *     producer tries to send a record
   */
  public record Telling(int atOnce, Duration tellAgainAfter) {}

  public PolicyDesk(
      Database database,
      Network network,
      SignatureCheck signatures,
      KafkaPublisher kafka,
      Telling telling,
      Clock clock,
      MeterRegistry metrics) {
    this.database = database;
    this.network = network;
    this.signatures = signatures;
    this.clock = clock;
    domain = RetrievalGrant.domain(network);
    outbox =
        new OutboxPublisher<>(
            new PolicyOutbox(telling.tellAgainAfter(), clock),
            OneSender.in(database, PUBLISHING),
            kafka,
            telling.atOnce(),
            metrics,
            COUNTER);
  }

  /** The domain for which grants have to be signed. */
  public TypedDomain domain() {
    return domain;
  }

  /** The end of an attempt to set policies. */
  public sealed interface Outcome {

    /** The policies of the grant's data sets are set. */
    record Set(List<PolicyRecord> policies) implements Outcome {}

    record Refused(PolicyRefusal reason) implements Outcome {}
  }

  /**
   * Sets the policies of a grant, all of them or none.
   *
   * @throws IllegalArgumentException where the payer signed what no policy can be
   */
  public Outcome set(SignedGrant grant) {
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    Optional<PolicyRefusal> foreign = foreign(grant.domain());
    if (foreign.isPresent()) {
      return new Outcome.Refused(foreign.get());
    }
    return switch (verdict(grant)) {
      case Verdict.Signed signed -> set(grant, signed, now);
      case Verdict.Malformed _ -> new Outcome.Refused(PolicyRefusal.SIGNATURE_MALFORMED);
      case Verdict.Wrong _ -> new Outcome.Refused(PolicyRefusal.SIGNATURE_WRONG);
      case Verdict.Unknown _ -> new Outcome.Refused(PolicyRefusal.CHAIN_UNREACHABLE);
    };
  }

  private Outcome set(SignedGrant grant, Verdict.Signed signed, Instant now) {
    List<PolicyRecord> wanted = grant.message().policies(network.generation());
    PolicyRecord first = wanted.getFirst();
    if (first.expires().filter(end -> !end.isAfter(now)).isPresent()) {
      return new Outcome.Refused(PolicyRefusal.EXPIRY_PAST);
    }
    if (signed.by() == By.SESSION_KEY && first.serial() > now.plus(MOST_AHEAD).toEpochMilli()) {
      return new Outcome.Refused(PolicyRefusal.SERIAL_AHEAD);
    }
    return database.call(connection -> set(connection, wanted, grant, signed, now));
  }

  /** The reason that a domain is another's; empty where it is this desk's. */
  private Optional<PolicyRefusal> foreign(TypedDomain found) {
    if (!found.name().equals(domain.name()) || !found.version().equals(domain.version())) {
      return Optional.of(PolicyRefusal.DOMAIN_WRONG);
    }
    if (found.chainId() != domain.chainId()) {
      return Optional.of(PolicyRefusal.CHAIN_WRONG);
    }
    if (!found.verifyingContract().equals(domain.verifyingContract())) {
      return Optional.of(PolicyRefusal.CONTRACT_WRONG);
    }
    return Optional.empty();
  }

  private Verdict verdict(SignedGrant grant) {
    Address payer = grant.message().payer();
    return signatures.check(
        payer,
        grant.message().digest(domain),
        grant.signature(),
        Optional.of(RetrievalGrant.typeHash()),
        () -> database.call(connection -> policies.isPayer(connection, payer)));
  }

  private Outcome set(
      Connection connection,
      List<PolicyRecord> wanted,
      SignedGrant grant,
      Verdict.Signed signed,
      Instant now)
      throws SQLException {
    Address payer = grant.message().payer();
    if (!policies.isPayer(connection, payer)) {
      return new Outcome.Refused(PolicyRefusal.PAYER_UNKNOWN);
    }
    List<DataSetId> dataSets =
        wanted.stream().flatMap(policy -> policy.dataSet().stream()).toList();
    if (policies.owned(connection, payer, dataSets) < dataSets.size()) {
      return new Outcome.Refused(PolicyRefusal.DATA_SET_FOREIGN);
    }
    PayerLock.takeIn(connection, payer);
    if (policies.hasSerial(connection, wanted)) {
      return new Outcome.Refused(PolicyRefusal.SERIAL_USED);
    }
    policies.set(connection, wanted, grant, now);
    audit.add(
        connection,
        new AuditEntry(now, AuditEntry.Action.POLICY_SET, payer.hex(), described(wanted, signed)));
    return new Outcome.Set(wanted);
  }

  private static String described(List<PolicyRecord> policies, Verdict.Signed signed) {
    PolicyRecord first = policies.getFirst();
    return "%s for %s, serial %d, signed by %s"
        .formatted(
            first.access(),
            first.dataSet().isEmpty()
                ? "all data sets without a policy of their own"
                : policies.stream().map(policy -> policy.dataSet().orElseThrow()).toList(),
            first.serial(),
            switch (signed.by()) {
              case WALLET -> "the wallet";
              case SESSION_KEY -> "the session key " + signed.signer();
              case CONTRACT -> "the contract";
            });
  }

  /**
   * At most {@code limit} policies of a payer with numbers below {@code before}, the newest first.
   */
  public List<StoredPolicy> list(Address payer, long before, int limit) {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    return database.call(connection -> policies.list(connection, payer, before, limit, today));
  }

  /**
   * Tells Kafka of all policies that were set, unless another process is doing so.
   *
   * @throws RuntimeException where Kafka or Postgres failed; what was not told goes on waiting
   */
  public void publish() {
    outbox.publish();
  }
}
