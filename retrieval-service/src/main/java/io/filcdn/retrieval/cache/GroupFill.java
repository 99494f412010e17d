package io.filcdn.retrieval.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.filcdn.common.proof.GroupVerifier;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.bytes.PieceBytes;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.OriginSupply;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.FillCharge;
import io.filcdn.retrieval.usage.Quota;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

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
 * <p>A lane fetches a run of groups from one provider at a time. Where a piece has several
 * providers there are two lanes, each of which takes the next short run when it is through, so that
 * the faster provider supplies more. A group has one provider: where that fails in the middle, the
 * next begins the group anew. Where the readers of a run leave, its lane stops behind the group
 * that has begun.
 *
 * <p>Confined to the event loop that it was made on, but for what a worker does with a batch of a
 * lane, at most one at any time, and for readers.
 */
final class GroupFill {

  private static final Logger LOG = Logger.getLogger(GroupFill.class);
  private static final long PAUSE_ABOVE = 4 << 20;
  private static final long RESUME_BELOW = 1 << 20;

  /** The lanes for one reader where there are several providers. */
  private static final int LANES_OF_SEVERAL = 2;

  /** The lanes of one piece. */
  private static final int MOST_LANES = 8;

  /** The groups that a lane takes at a time where there are several. */
  private static final int SHORT_RUN = 16;

  private final FillDependencies tools;
  private final Context context;
  private final SparseFile file;
  private final PieceTree tree;
  private final PieceGroups groups;
  private final DiskPieceCache disk;
  private final Consumer<GroupFill> leave;
  private final List<Want> wants = new ArrayList<>();
  private final List<Lane> lanes = new ArrayList<>();

  /** The readers that were opened and are not among the wants yet. */
  @GuardedBy("this")
  private int opening;

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
  GroupFill(
      FillDependencies tools,
      SparseFile file,
      PieceTree tree,
      DiskPieceCache disk,
      Consumer<GroupFill> leave) {
    this.tools = tools;
    this.context = tools.vertx().getOrCreateContext();
    this.file = file;
    this.tree = tree;
    this.groups = tree.groups();
    this.disk = disk;
    this.leave = leave;
  }

  /** A reader, and what is fetched for it. */
  private static final class Want {

    private final SparseReader reader;
    private final FillContext request;

    /** The groups that are fetched for it, and not here yet. */
    private final BitSet claimed;

    Want(SparseReader reader, FillContext request, BitSet claimed) {
      this.reader = reader;
      this.request = request;
      this.claimed = claimed;
    }

    boolean includes(int group) {
      SparseFile file = reader.file();
      return group >= file.groupAt(reader.range().start())
          && group <= file.groupAt(reader.range().end() - 1);
    }
  }

  /**
   * A reader of a range whose missing groups are fetched; none where this is over.
   *
   * @throws IOException where the file cannot be opened
   */
  Optional<PieceBytes> open(FillContext request, ByteRange range) throws IOException {
    synchronized (this) {
      if (closed) {
        return Optional.empty();
      }
      enter();
      opening++;
    }
    SparseReader reader = new SparseReader(file, range, this::readerLeft);
    Want want = new Want(reader, request, file.claim(range));
    context.runOnContext(on -> register(want));
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

  private void register(Want want) {
    wants.add(want);
    synchronized (this) {
      opening--;
    }
    // whoever had claimed some of the range may have left meanwhile, or may have got it
    want.claimed.or(file.claim(want.reader.range()));
    file.leaveOutHere(want.claimed);
    if (ending) {
      fail(List.of(want), Optional.empty());
    } else {
      assign();
    }
  }

  private void readerLeft() {
    context.runOnContext(
        on -> {
          wants.stream().filter(want -> want.reader.isClosed()).toList().forEach(this::remove);
          assign();
        });
  }

  /** Ends all fetching; whoever waits has failed. */
  void end() {
    context.runOnContext(
        on -> {
          ending = true;
          fail(List.copyOf(wants), Optional.empty());
          List.copyOf(lanes).forEach(Lane::stop);
        });
  }

  /** Gives lanes to what is claimed and not fetched; is over where there is nothing to do. */
  private void assign() {
    for (Optional<Lane> next = nextLane(); next.isPresent(); next = nextLane()) {
      lanes.add(next.get());
      next.get().start();
    }
    if (wants.isEmpty() && lanes.isEmpty() && close()) {
      file.leave();
      leave.accept(this);
    }
  }

  private synchronized boolean close() {
    boolean closes = opening == 0 && !closed;
    closed |= closes;
    return closes;
  }

  private Optional<Lane> nextLane() {
    return lanes.size() < MOST_LANES
        ? wants.stream().flatMap(want -> nextLane(want).stream()).findFirst()
        : Optional.empty();
  }

  private Optional<Lane> nextLane(Want want) {
    BitSet unfetched = (BitSet) want.claimed.clone();
    lanes.forEach(lane -> unfetched.clear(lane.first, lane.end));
    int first = unfetched.nextSetBit(0);
    List<Origin> origins = origins(want);
    boolean several = origins.stream().map(Origin::provider).distinct().count() > 1;
    long its = lanes.stream().filter(lane -> lane.want == want).count();
    if (first < 0 || want.reader.isClosed() || its >= (several ? LANES_OF_SEVERAL : 1)) {
      return Optional.empty();
    }
    int end = unfetched.nextClearBit(first);
    return Optional.of(
        new Lane(want, first, several ? Math.min(end, first + SHORT_RUN) : end, origins));
  }

  /** Its own providers, then those of all others who wait. */
  private List<Origin> origins(Want want) {
    return Stream.concat(Stream.of(want), wants.stream())
        .flatMap(each -> each.request.origins().stream())
        .distinct()
        .toList();
  }

  /** Nobody waits for this any more: what was fetched for it goes to who waits for it too. */
  private void remove(Want gone) {
    wants.remove(gone);
    BitSet orphans = (BitSet) gone.claimed.clone();
    gone.claimed.clear();
    for (int group = orphans.nextSetBit(0); group >= 0; group = orphans.nextSetBit(group + 1)) {
      int orphan = group;
      Optional<Want> heir = wants.stream().filter(want -> want.includes(orphan)).findFirst();
      heir.ifPresent(
          want -> {
            want.claimed.set(orphan);
            orphans.clear(orphan);
          });
    }
    List.copyOf(lanes).forEach(lane -> lane.leaveOut(orphans));
    file.unclaim(orphans);
  }

  private Optional<Want> wantOf(int group) {
    return wants.stream().filter(want -> want.claimed.get(group)).findFirst();
  }

  private void fail(List<Want> failing, Optional<Problem> why) {
    for (Want want : failing) {
      want.reader.failed(why);
      remove(want);
    }
    assign();
  }

  private void diskFailed(Throwable failure) {
    disk.failed(failure);
    fail(List.copyOf(wants), Optional.of(Problem.of(Refusal.CACHE_UNAVAILABLE)));
  }

  /** Bytes on their way to the file. */
  private record Part(long position, ByteBuf bytes, Origin origin) {}

  /** A group that all bytes have come of. */
  private record Checked(int group, Origin origin, boolean right) {}

  /** A run of groups, from one provider at a time. */
  private final class Lane implements OriginSupply.Taker {

    private final OriginSupply supply;
    private final int first;

    /** The providers that its supply was told of. */
    private final Set<Origin> told = new HashSet<>();

    /**
     * The groups all of which came, and that are neither billed nor given back, by who supplied.
     */
    private final Map<Integer, Origin> came = new HashMap<>();

    /** The one for whom groups are fetched now. */
    private Want want;

    /** The group behind the last one. */
    private int end;

    private final ArrayDeque<Part> arrived = new ArrayDeque<>();
    private long waiting;
    private boolean working;

    /** True where the supply brings no more. */
    private boolean ended;

    private boolean over;
    private Optional<Problem> problem = Optional.empty();

    /** Of the group that a worker has begun. */
    private @Nullable GroupVerifier verifier;

    Lane(Want want, int first, int end, List<Origin> origins) {
      this.want = want;
      this.first = first;
      this.end = end;
      List<Origin> free = origins.stream().filter(origin -> !isSupplying(origin)).toList();
      told.addAll(free);
      ByteRange range = new ByteRange(groups.from(first), groups.to(end - 1));
      this.supply = tools.supply(new OriginSupply.Wanted(file.piece(), range, true), free, this);
    }

    void start() {
      want.request.charge().ifPresent(FillCharge::begin);
      supply.start();
    }

    /** Fetches no groups that nobody waits for, but the one that has begun. */
    void leaveOut(BitSet orphans) {
      if (ended) {
        return;
      }
      int unneeded = orphans.nextSetBit(begun());
      if (unneeded >= 0 && unneeded < end) {
        end = unneeded;
        if (supply.position() >= endPosition()) {
          stop();
        }
      }
    }

    /** The first group of which nothing has come. */
    private int begun() {
      long position = supply.position();
      if (position == file.piece().rawSize()) {
        return end;
      }
      int group = file.groupAt(position);
      return position == groups.from(group) ? group : group + 1;
    }

    private long endPosition() {
      return end == first ? groups.from(first) : groups.to(end - 1);
    }

    private void stop() {
      supply.cancel();
      ended = true;
      work();
    }

    // Vert.x 5 moves getByteBuf; the alternative here is a copy of every byte
    @SuppressWarnings("deprecation")
    @Override
    public void arrived(Buffer bytes) {
      long position = supply.position() - bytes.length();
      int wanted = (int) Math.min(bytes.length(), endPosition() - position);
      ByteBuf all = bytes.getByteBuf();
      arrived.add(new Part(position, all.slice(all.readerIndex(), wanted), supply.origin()));
      waiting += wanted;
      for (long at = position; at < position + wanted; ) {
        int group = file.groupAt(at);
        at = groups.to(group);
        if (at <= position + wanted) {
          came.put(group, supply.origin());
        }
      }
      if (wanted < bytes.length() || supply.position() == endPosition() && !isWhole()) {
        stop();
      } else if (waiting > PAUSE_ABOVE) {
        supply.pause();
      }
      work();
    }

    /** True where the run was not cut short. */
    private boolean isWhole() {
      return endPosition() == supply.end();
    }

    @Override
    public void completed() {
      ended = true;
      work();
    }

    @Override
    public long goesOnFrom(long position) {
      return position == file.piece().rawSize() ? position : groups.from(file.groupAt(position));
    }

    @Override
    public List<Origin> more() {
      return others();
    }

    /** Those of readers that came meanwhile, and those that other lanes fetch from. */
    @Override
    public List<Origin> others() {
      List<Origin> others = new ArrayList<>(origins(want));
      others.removeAll(told);
      told.addAll(others);
      return others;
    }

    @Override
    public void exhausted() {
      problem = Optional.of(FillOutcome.of(supply.failures()));
      ended = true;
      work();
    }

    private void work() {
      if (working || over) {
        return;
      }
      if (!arrived.isEmpty()) {
        check(List.copyOf(arrived));
      } else if (ended) {
        finish();
      }
    }

    private void check(List<Part> batch) {
      arrived.clear();
      working = true;
      List<Checked> checked = new ArrayList<>();
      tools
          .workers()
          .executeBlocking(() -> checkAll(batch, checked), false)
          .onComplete(
              done -> {
                working = false;
                batch.forEach(part -> waiting -= part.bytes.readableBytes());
                // also where the disk failed behind them
                checked.forEach(this::take);
                if (done.failed()) {
                  arrived.clear();
                  supply.cancel();
                  ended = true;
                  diskFailed(done.cause());
                } else if (waiting < RESUME_BELOW) {
                  supply.resume();
                }
                work();
              });
    }

    /**
     * Hashes and writes, on a worker. Behind a wrong group, nothing of its provider is looked at.
     */
    private List<Checked> checkAll(List<Part> batch, List<Checked> checked) throws IOException {
      for (Part part : batch) {
        if (checked.stream().noneMatch(c -> !c.right && c.origin.equals(part.origin))) {
          check(part, checked);
        }
      }
      return checked;
    }

    private void check(Part part, List<Checked> checked) throws IOException {
      ByteBuffer bytes = part.bytes.nioBuffer();
      long position = part.position;
      while (bytes.hasRemaining()) {
        int group = file.groupAt(position);
        if (position == groups.from(group)) {
          verifier = new GroupVerifier(tree, group);
          file.begins(group);
          disk.grew(file);
        }
        int length = (int) Math.min(bytes.remaining(), groups.to(group) - position);
        ByteBuffer ofGroup = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        file.write(ofGroup.duplicate(), position);
        Objects.requireNonNull(verifier).update(ofGroup);
        position += length;
        if (position == groups.to(group)) {
          boolean right = verifier.finish();
          checked.add(new Checked(group, part.origin, right));
          if (!right) {
            return;
          }
          file.verified(group);
          disk.verified(file);
        }
      }
    }

    private void take(Checked checked) {
      long size = groups.to(checked.group) - groups.from(checked.group);
      if (checked.right) {
        right(checked.group, checked.origin, size);
      } else {
        wrong(checked.group, checked.origin, size);
      }
    }

    private void right(int group, Origin origin, long size) {
      came.remove(group);
      wantOf(group).filter(other -> other != want).ifPresent(this::turnTo);
      want.claimed.clear(group);
      want.reader.suppliedBy(origin.provider());
      Optional<String> bot = want.request.bot();
      tools.meter().filled(origin.dataSet(), size, bot);
      if (bot.isPresent()) {
        tools.quota().giveBack(Quota.Kind.CACHE_MISS, origin.dataSet(), size);
      }
    }

    /** The group is fetched again: by this lane at once, or by another when this one is through. */
    private void wrong(int group, Origin liar, long size) {
      LOG.warnf("wrong bytes from %s: group %d of piece %s", liar.provider(), group, file.piece());
      tools.health().history().suspect(file.piece(), List.of(liar.provider()));
      tools.meter().filledInVain(liar.dataSet(), size);
      arrived.stream()
          .filter(part -> part.origin.equals(liar))
          .forEach(part -> waiting -= part.bytes.readableBytes());
      arrived.removeIf(part -> part.origin.equals(liar));
      boolean last =
          came.entrySet().stream()
              .allMatch(each -> each.getKey() < group || each.getValue().equals(liar));
      if (last && !ended && supply.isAsking(liar)) {
        // what it reserved from there on is given back
        came.keySet().removeIf(each -> each >= group);
        supply.wrongFrom(groups.from(group));
      }
    }

    /** From now on it is another who pays. */
    private void turnTo(Want other) {
      charge();
      want = other;
      want.request.charge().ifPresent(FillCharge::begin);
    }

    private void charge() {
      // right or wrong: it was fetched
      List<FillCharge.Supplied> supplied = supply.takeSupplied();
      want.request.charge().ifPresent(charge -> charge.fetched(supplied));
    }

    private void finish() {
      over = true;
      lanes.remove(this);
      charge();
      came.forEach((group, origin) -> giveBack(origin, group));
      came.clear();
      if (file.isComplete() && !kept) {
        kept = true;
        keep();
      }
      if (problem.isEmpty()) {
        assign();
      } else if (!isBusy() || lanes.isEmpty()) {
        fail(wants.stream().filter(this::hasFailed).toList(), problem);
      }
    }

    private void giveBack(Origin origin, int group) {
      long size = groups.to(group) - groups.from(group);
      tools.quota().giveBack(Quota.Kind.CACHE_MISS, origin.dataSet(), size);
    }

    /** True where its providers have enough to do, with other lanes as it may be. */
    private boolean isBusy() {
      return problem.map(Problem::refusal).filter(Refusal.ORIGIN_BUSY::equals).isPresent();
    }

    /** True where all that could be asked for a reader were. */
    private boolean hasFailed(Want want) {
      return !want.claimed.get(first, end).isEmpty() && told.containsAll(want.request.origins());
    }
  }

  private boolean isSupplying(Origin origin) {
    return lanes.stream().anyMatch(lane -> lane.supply.isAsking(origin));
  }

  private void keep() {
    tools
        .workers()
        .executeBlocking(
            () -> {
              disk.keep(file);
              return file;
            },
            false)
        .onFailure(disk::failed);
  }
}
