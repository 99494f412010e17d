package io.filcdn.metrics.admin;

import io.filcdn.common.egress.EgressRecord;
import io.filcdn.common.egress.JournalId;
import io.filcdn.metrics.audit.AuditEntry;
import io.filcdn.metrics.audit.PostgresAudit;
import io.filcdn.metrics.audit.PostgresAudit.StoredEntry;
import io.filcdn.metrics.intake.Gap;
import io.filcdn.metrics.intake.GapPlace;
import io.filcdn.metrics.intake.JournalGate.Acceptance;
import io.filcdn.metrics.intake.JournalPartition;
import io.filcdn.metrics.intake.LostRecords;
import io.filcdn.metrics.intake.PostgresGaps;
import io.filcdn.metrics.intake.PostgresGaps.OpenGap;
import io.filcdn.metrics.intake.PostgresProgress;
import io.filcdn.metrics.json.PostgresSafeJson;
import io.filcdn.metrics.publish.PostgresDeadLetters;
import io.filcdn.metrics.publish.PostgresDeadLetters.StoredDeadLetter;
import io.filcdn.metrics.query.RequestValues;
import io.filcdn.metrics.quota.LeaseDesk;
import io.filcdn.metrics.quota.LeasePlace;
import io.filcdn.metrics.quota.PostgresLeaseJournals;
import io.filcdn.metrics.quota.PostgresLeaseJournals.Holder;
import io.filcdn.metrics.repair.DeadLetterReplay;
import io.filcdn.metrics.repair.DeadLetterReplay.Replayed;
import io.filcdn.metrics.repair.GapAcceptance;
import io.filcdn.metrics.repair.Rebuild;
import io.filcdn.metrics.repair.RebuildReport;
import io.filcdn.service.auth.OperatorsOnly;
import io.filcdn.service.database.Database;
import io.filcdn.service.paging.Page;
import io.filcdn.service.problem.HttpProblem;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;
import org.jspecify.annotations.Nullable;

/** The calls by which operators look and decide; each carries the admin token. */
@Path("/api/v1/admin")
@OperatorsOnly
@Produces(MediaType.APPLICATION_JSON)
@RunOnVirtualThread
@Tag(name = "Admin", description = "For operators: the admin token is the bearer token")
public class AdminResource {

  private static final int MOST = 1000;

  private final Database database;
  private final DeadLetterReplay replay;
  private final GapAcceptance gapAcceptance;
  private final Rebuild rebuild;
  private final LeaseDesk leaseDesk;
  private final PostgresDeadLetters letters = new PostgresDeadLetters();
  private final PostgresGaps gaps = new PostgresGaps();
  private final PostgresProgress progress = new PostgresProgress();
  private final PostgresLeaseJournals journals = new PostgresLeaseJournals();
  private final PostgresAudit audit = new PostgresAudit();

  public AdminResource(
      Database database,
      DeadLetterReplay replay,
      GapAcceptance gapAcceptance,
      Rebuild rebuild,
      LeaseDesk leaseDesk) {
    this.database = database;
    this.replay = replay;
    this.gapAcceptance = gapAcceptance;
    this.rebuild = rebuild;
    this.leaseDesk = leaseDesk;
  }

  /**
   * A page of dead letters.
   *
   * @param next what to give as {@code after} for older ones; absent on the last page
   */
  public record DeadLetterPage(List<StoredDeadLetter> deadLetters, Optional<Long> next) {}

  @GET
  @Path("dead-letters")
  @Operation(summary = "Records that could not be applied, the newest first")
  public DeadLetterPage deadLetters(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    Page<Long> page = Page.of(after, limit, MOST, Page::number);
    List<StoredDeadLetter> found =
        database.call(c -> letters.list(c, page.after().orElse(Long.MAX_VALUE), page.limit()));
    return new DeadLetterPage(found, page.next(found, StoredDeadLetter::id));
  }

  @POST
  @Path("dead-letters/{id}/replay")
  @Consumes(MediaType.WILDCARD)
  @Operation(
      summary =
          "Applies a dead letter, for the reason given as why; a body, where there is one, replaces"
              + " its value")
  public Replayed.Done replay(
      @PathParam("id") String text, @QueryParam("why") @DefaultValue("") String why, String body) {
    long id = RequestValues.within("id", text, 0, Long.MAX_VALUE);
    RequestValues.requireWhy(why, "expected ?why=… to say in text why it may count");
    Optional<String> corrected = Optional.of(body).filter(sent -> !sent.isBlank());
    return switch (replay.replay(id, corrected, why)) {
      case Replayed.Done done -> done;
      case Replayed.Refused refused -> throw conflict(refused.message());
      case Replayed.Unknown _ ->
          throw HttpProblem.unknown("dead-letter", "expected the id of a dead letter, found " + id);
    };
  }

  /**
   * A gap in a journal.
   *
   * @param from the first sequence that is missing, {@code to} the last
   * @param waiting how many records wait behind it; 0 where the journal's last ones are lost
   */
  public record ParkedJournal(
      JournalId journal,
      int partition,
      long from,
      long to,
      int waiting,
      Instant since,
      Optional<String> edge) {

    private static ParkedJournal of(OpenGap open) {
      Gap gap = open.gap();
      return new ParkedJournal(
          gap.lane().journal(),
          gap.lane().partition(),
          gap.from(),
          gap.to(),
          open.waiting(),
          open.since(),
          edge(open.next()));
    }

    private static ParkedJournal of(LostRecords lost) {
      Gap gap = lost.gap();
      return new ParkedJournal(
          gap.lane().journal(),
          gap.lane().partition(),
          gap.from(),
          gap.to(),
          0,
          lost.since(),
          Optional.of(lost.edge()).filter(name -> !name.isEmpty()));
    }

    private GapPlace place() {
      return new GapPlace(since, new JournalPartition(journal, partition));
    }

    private static Optional<String> edge(String record) {
      try {
        return Optional.of(PostgresSafeJson.read(record, EgressRecord.class).edge());
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
  }

  /**
   * A page of gaps.
   *
   * @param next what to give as {@code after} for those known for less long; absent on the last
   *     page
   */
  public record GapPage(List<ParkedJournal> gaps, Optional<String> next) {}

  @GET
  @Path("gaps")
  @Operation(
      summary =
          "Journals that miss records: later ones wait, or the last ones are lost; the longest known"
              + " first")
  public GapPage gaps(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    Page<GapPlace> page = Page.of(after, limit, MOST, GapPlace::of);
    GapPlace start = page.after().orElse(GapPlace.START);
    List<ParkedJournal> found =
        database.call(
            c ->
                Stream.concat(
                        gaps.list(c, start, page.limit()).stream().map(ParkedJournal::of),
                        progress.lost(c, start, page.limit()).stream().map(ParkedJournal::of))
                    .sorted(Comparator.comparing(ParkedJournal::place))
                    .limit(page.limit())
                    .toList());
    return new GapPage(found, page.next(found, gap -> gap.place().toString()));
  }

  /**
   * An operator's decision that a gap never fills.
   *
   * @param proof why that is certain; kept in the audit
   */
  public record GapDecision(JournalId journal, int partition, long from, long to, String proof) {}

  @POST
  @Path("gaps/accept")
  @Consumes(MediaType.APPLICATION_JSON)
  @Operation(summary = "Takes the records of a gap for lost, and counts what waits behind them")
  public Acceptance.Accepted accept(String body) {
    GapDecision decision =
        HttpProblem.parsed("decision", () -> PostgresSafeJson.read(body, GapDecision.class));
    if (decision.journal() == null || decision.proof() == null || decision.proof().isBlank()) {
      throw HttpProblem.malformed("decision", "expected a journal and a proof, found one missing");
    }
    Gap gap =
        new Gap(
            new JournalPartition(decision.journal(), decision.partition()),
            decision.from(),
            decision.to());
    return switch (gapAcceptance.accept(gap, decision.proof())) {
      case Acceptance.Accepted accepted -> accepted;
      case Acceptance.Refused refused -> throw conflict(refused.message());
    };
  }

  @GET
  @Path("rebuild")
  @Operation(summary = "Counts again from the last checkpoint, and shows what differs")
  public RebuildReport rebuilt() {
    return rebuild.run(false);
  }

  @POST
  @Path("rebuild")
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Counts again, and sets right what differs and is not below the chain's")
  public RebuildReport rebuild() {
    return rebuild.run(true);
  }

  /**
   * A page of journals that hold quota.
   *
   * @param next what to give as {@code after} for those heard of later; absent on the last page
   */
  public record LeasePage(List<Holder> leases, Optional<String> next) {}

  @GET
  @Path("leases")
  @Operation(summary = "Journals that hold quota, the longest unheard first")
  public LeasePage leases(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    Page<LeasePlace> page = Page.of(after, limit, MOST, LeasePlace::of);
    LeasePlace start = page.after().orElse(LeasePlace.START);
    List<Holder> found = database.call(c -> journals.list(c, start, page.limit()));
    return new LeasePage(found, page.next(found, holder -> holder.place().toString()));
  }

  /** The bytes that were set free. */
  public record WrittenOff(JournalId journal, long bytes) {}

  @POST
  @Path("leases/{journal}/write-off")
  @Consumes(MediaType.WILDCARD)
  @Operation(summary = "Sets free what a dead edge's journal holds; the body says why")
  public WrittenOff writeOff(@PathParam("journal") String journal, String why) {
    JournalId id =
        RequestValues.parsed("journal", text -> new JournalId(UUID.fromString(text)), journal);
    RequestValues.requireWhy(why, "expected a body of text that says why, found none");
    return new WrittenOff(id, leaseDesk.writeOff(id, why));
  }

  /**
   * A page of decisions.
   *
   * @param next what to give as {@code after} for older ones; absent on the last page
   */
  public record AuditPage(List<AuditEntry> audit, Optional<Long> next) {}

  @GET
  @Path("audit")
  @Operation(summary = "What was decided about bytes and money, the newest first")
  public AuditPage decisions(
      @QueryParam("after") @Nullable String after, @QueryParam("limit") @Nullable String limit) {
    Page<Long> page = Page.of(after, limit, MOST, Page::number);
    List<StoredEntry> found =
        database.call(c -> audit.list(c, page.after().orElse(Long.MAX_VALUE), page.limit()));
    return new AuditPage(
        found.stream().map(StoredEntry::entry).toList(), page.next(found, StoredEntry::id));
  }

  private static WebApplicationException conflict(String message) {
    return HttpProblem.of(409, "conflict", message).exception();
  }
}
