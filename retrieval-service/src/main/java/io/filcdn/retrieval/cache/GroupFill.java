package io.filcdn.retrieval.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.proof.GroupRun;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.vertx.core.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The fetching of groups of one piece whose tree is known, for all who wait for some. Each group is
 * checked alone, as it comes: what readers get is right and billable at once, and a provider that
 * lies is left at its first wrong group.
 *
 * <pre>
 *             claimed by a reader           its bytes come          right
 *   MISSING ---------------------> CLAIMED ---------------> IN A LANE ----> HERE
 *      ^                            |   ^                       |
 *      +----------------------------+   +-----------------------+
 *         its reader leaves, or fails,     wrong, or its provider fails
 *         and nobody else waits for it
 * </pre>
 *
 * <p>A {@link GroupLane} fetches a run of groups for a reader that is about to reach them. Where a
 * piece has several providers there are two lanes for a reader, each of which takes the next short
 * run when it is through, so that the faster provider supplies more. A reader whose next group no
 * lane reaches soon has one of its own, also within what others claimed, which it then claims. A
 * lane that is too far ahead of all readers ends, and holds no provider; once half of what it
 * brought is read, the next goes on.
 *
 * <p>A group is at the expense of the data set whose provider supplies it. So a provider supplies
 * only what one who brought it reads soon, however much more others wait for.
 *
 * <p>Confined to the event loop that it was made on, but for {@link #open}.
 */
final class GroupFill {

  /** The lanes for one reader where there are several providers. */
  private static final int LANES_OF_SEVERAL = 2;

  /** The lanes of one piece. */
  private static final int MOST_LANES = 8;

  /** The most groups that a lane takes at a time where there are several. */
  private static final int SHORT_RUN = 16;

  private final GroupTarget target;
  private final Context context;
  private final SparseFile file;
  private final Consumer<GroupFill> leave;

  /** The groups from the one that is read on behind which nothing is fetched. */
  private final int ahead;

  /** The groups that a lane brings soon: whoever waits for others has a lane of its own. */
  private final int soon;

  private final List<GroupWant> wants = new ArrayList<>();
  private final List<GroupLane> lanes = new ArrayList<>();

  /** True where readers came, moved or left, and are about to be looked at. */
  private final AtomicBoolean changed = new AtomicBoolean();

  /** The wants of readers that were opened and are not among the others yet. */
  @GuardedBy("this")
  private final List<GroupWant> opened = new ArrayList<>();

  /** True where a provider knows no ranges: each run of its own is read from the first byte on. */
  private boolean inOrder;

  /** True where nothing is to be fetched any more. */
  private boolean ending;

  /** True where the file is being made the piece's. */
  private boolean kept;

  /** True where this uses the file, as it does from the first reader on until it is over. */
  @GuardedBy("this")
  private boolean entered;

  @GuardedBy("this")
  private boolean closed;

  /**
   * @param leave called once, when nobody reads any more and nothing is fetched
   */
  GroupFill(GroupTarget target, Consumer<GroupFill> leave) {
    this.target = target;
    this.context = target.tools().vertx().getOrCreateContext();
    this.file = target.file();
    this.leave = leave;
    this.ahead = target.groupsAhead();
    this.soon = target.groupsSoon();
  }

  /**
   * A reader of a range whose missing groups are fetched; none where this is over.
   *
   * @throws IOException where the file cannot be opened
   */
  Optional<SparseReader> open(FillContext request, ByteRange range) throws IOException {
    SparseReader reader;
    synchronized (this) {
      if (closed) {
        return Optional.empty();
      }
      enter();
      reader = new SparseReader(file, range, this::readerChanged);
      opened.add(new GroupWant(reader, request, file.claim(range)));
    }
    readerChanged();
    return Optional.of(reader);
  }

  /** Uses the file for one reader more, and for itself. */
  @GuardedBy("this")
  private void enter() throws IOException {
    if (entered) {
      file.enter();
      return;
    }
    try {
      file.enter();
    } catch (IOException e) {
      closed = true;
      leave.accept(this);
      throw e;
    }
    entered = true;
    file.enter();
  }

  /** Looks at all readers once, however many of them came, moved or left meanwhile. */
  private void readerChanged() {
    if (changed.compareAndSet(false, true)) {
      context.runOnContext(
          on -> {
            changed.set(false);
            look();
          });
    }
  }

  private void look() {
    takeOpened().forEach(this::register);
    remove(wants.stream().filter(want -> want.reader().isClosed()).collect(Collectors.toSet()));
    if (ending) {
      fail(List.copyOf(wants), Optional.empty());
    } else {
      assign();
    }
  }

  private synchronized List<GroupWant> takeOpened() {
    List<GroupWant> all = List.copyOf(opened);
    opened.clear();
    return all;
  }

  private void register(GroupWant want) {
    wants.add(want);
    // whoever had claimed some of the range may have left meanwhile, or may have got it
    want.claimed().or(file.claim(want.reader().range()));
    file.leaveOutHere(want.claimed());
  }

  /** Ends all fetching; whoever waits has failed. */
  void end() {
    context.runOnContext(
        on -> {
          ending = true;
          fail(List.copyOf(wants), Optional.empty());
          List.copyOf(lanes).forEach(GroupLane::stop);
        });
  }

  /** Gives lanes to what is claimed and not fetched; is over where there is nothing to do. */
  private void assign() {
    boolean runs = true;
    while (runs) {
      Optional<GroupLane> next = nextLane();
      next.ifPresent(lanes::add);
      next.ifPresent(GroupLane::start);
      // one that is over at once found all its providers busy: so would the next
      runs = next.filter(lanes::contains).isPresent();
    }
    if (wants.isEmpty() && lanes.isEmpty() && close()) {
      file.leave();
      leave.accept(this);
    }
  }

  private synchronized boolean close() {
    boolean closes = opened.isEmpty() && !closed;
    closed |= closes;
    return closes;
  }

  private Optional<GroupLane> nextLane() {
    if (lanes.size() >= MOST_LANES) {
      return Optional.empty();
    }
    BitSet claimed = new BitSet();
    wants.forEach(want -> claimed.or(want.claimed()));
    return wants.stream()
        .filter(GroupWant::isReading)
        .flatMap(reader -> nextLane(reader, unfetched(reader, claimed)).stream())
        .findFirst();
  }

  /** Those of some groups for which no lane goes ahead, or for a reader that waits, goes soon. */
  private BitSet unfetched(GroupWant reader, BitSet claimed) {
    BitSet late = (BitSet) claimed.clone();
    lanes.forEach(lane -> lane.exclude(late, soon));
    BitSet next = reader.next(ahead);
    next.and(claimed);
    int first = next.nextSetBit(0);
    boolean waits = !inOrder && first >= 0 && late.get(first) && lanes(reader) == 0;
    if (!waits) {
      lanes.forEach(lane -> lane.exclude(late, ahead));
    }
    return late;
  }

  private long lanes(GroupWant reader) {
    return lanes.stream().filter(lane -> lane.reader() == reader).count();
  }

  /** A lane for what a reader reads soon and nobody fetches soon, whoever claimed it. */
  private Optional<GroupLane> nextLane(GroupWant reader, BitSet unfetched) {
    BitSet next = reader.next(ahead / 2);
    next.and(unfetched);
    if (next.isEmpty()) {
      return Optional.empty();
    }
    int first = next.nextSetBit(0);
    List<Origin> origins = origins(reader, first);
    boolean several = !inOrder && origins.stream().map(Origin::provider).distinct().count() > 1;
    if (lanes(reader) >= (several ? LANES_OF_SEVERAL : 1)) {
      return Optional.empty();
    }
    List.copyOf(lanes).forEach(lane -> lane.endBefore(first));
    int length = Math.min(unfetched.nextClearBit(first), reader.end()) - first;
    GroupRun run =
        new GroupRun(first, Math.min(length, several ? shortRun() : reader.most(first, ahead)));
    wants.forEach(want -> want.leave(run));
    reader.take(run);
    return Optional.of(new GroupLane(this, target, reader, run, origins));
  }

  /** Short enough for two lanes to have a run each before more is to be read. */
  private int shortRun() {
    return Math.min(ahead / 4, SHORT_RUN);
  }

  /** The providers of all who read a group soon, those of {@code own} first. */
  List<Origin> origins(GroupWant own, int group) {
    return wants.stream()
        .filter(want -> want.reads(group, ahead))
        .sorted(Comparator.comparing(want -> want != own))
        .flatMap(want -> want.request().origins().stream())
        .distinct()
        .toList();
  }

  /** Nobody waits for these any more: what was fetched for them goes to who waits for it too. */
  private void remove(Set<GroupWant> gone) {
    if (gone.isEmpty()) {
      return;
    }
    wants.removeAll(gone);
    BitSet orphans = new BitSet();
    for (GroupWant want : gone) {
      orphans.or(want.claimed());
      want.claimed().clear();
    }
    wants.forEach(want -> want.inherit(orphans));
    List.copyOf(lanes).forEach(lane -> lane.leaveOut(orphans));
    List.copyOf(lanes).forEach(GroupLane::leaveUnread);
    file.unclaim(orphans);
  }

  /** True where one who brought a provider reads a group soon. */
  boolean isAwaited(int group, Origin from) {
    return awaitedTo(group, from) > group;
  }

  /** The group behind what such read from a group on; that group where there are none. */
  int awaitedTo(int group, Origin from) {
    return wants.stream()
        .filter(want -> want.reads(group, ahead) && want.request().origins().contains(from))
        .mapToInt(GroupWant::end)
        .max()
        .orElse(group);
  }

  /** The one for whom a group is fetched; none where that one has left. */
  Optional<GroupWant> wantOf(int group) {
    return wants.stream().filter(want -> want.claimed().get(group)).findFirst();
  }

  private void fail(List<GroupWant> failing, Optional<Problem> why) {
    failing.forEach(want -> want.reader().fail(why));
    file.tell();
    remove(Set.copyOf(failing));
    assign();
  }

  /** The disk takes nothing: whoever waits has to go past it. */
  void diskFailed(Throwable failure) {
    target.disk().failed(failure);
    fail(List.copyOf(wants), Optional.of(Problem.of(Refusal.CACHE_UNAVAILABLE)));
  }

  /** True where a lane fetches from there now. */
  boolean isSupplying(Origin origin) {
    return lanes.stream().anyMatch(lane -> lane.isAsking(origin));
  }

  /** A lane is through, and what it did not bring is fetched by others, or not at all. */
  void over(GroupLane lane) {
    lanes.remove(lane);
    inOrder |= lane.hasSkipped();
    if (file.isComplete() && !kept) {
      kept = true;
      keep();
    }
    if (lane.problem().isEmpty()) {
      assign();
    } else if (!lane.isBusy() || lanes.isEmpty()) {
      fail(failedBy(lane), lane.problem());
    }
  }

  private List<GroupWant> failedBy(GroupLane lane) {
    List<GroupWant> failed = wants.stream().filter(lane::hasFailed).toList();
    if (!failed.isEmpty() && lane.metWholeOnly()) {
      target.tools().health().history().wholeOnly(file.piece());
    }
    return failed;
  }

  private void keep() {
    target
        .tools()
        .workers()
        .executeBlocking(
            () -> {
              target.disk().keep(file);
              return file;
            },
            false)
        .onFailure(target.disk()::failed);
  }
}
