package io.filcdn.retrieval.cache;

import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.proof.GroupRun;
import io.filcdn.common.proof.GroupVerifier;
import io.filcdn.common.proof.PieceGroups;
import io.filcdn.common.proof.PieceTree;
import io.filcdn.retrieval.bytes.ByteRange;
import io.filcdn.retrieval.origin.Origin;
import io.filcdn.retrieval.origin.OriginFailure.Kind;
import io.filcdn.retrieval.origin.OriginSupply;
import io.filcdn.retrieval.refusal.Problem;
import io.filcdn.retrieval.refusal.Refusal;
import io.filcdn.retrieval.usage.FillCharge;
import io.netty.buffer.ByteBuf;
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
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A lane of a {@link GroupFill}: it fetches a run of groups from one provider at a time, and has a
 * worker check and write them. A group has one provider: where that fails in the middle, the next
 * begins the group anew; where the group is wrong, it is clear who lied. It stops in front of the
 * first group that nobody waits for, or that none of those reads soon who brought its provider.
 *
 * <p>Confined to its fill's event loop, but for what the worker does with a batch, at most one at
 * any time.
 */
final class GroupLane implements OriginSupply.Taker {

  private static final Logger LOG = Logger.getLogger(GroupLane.class);
  private static final long PAUSE_ABOVE = 4 << 20;
  private static final long RESUME_BELOW = 1 << 20;

  /** So many bytes of an answer, or as many as its reader asked for, are read past. */
  private static final long MOST_SKIPPED = 16 << 20;

  private final GroupFill fill;
  private final FillDependencies tools;
  private final DiskPieceCache disk;
  private final SparseFile file;
  private final PieceTree tree;
  private final PieceGroups groups;
  private final GroupWant reader;

  /** The groups from the one that is read on behind which nothing is fetched. */
  private final int ahead;

  private final OriginSupply supply;
  private final int first;

  /** The providers that its supply was told of. */
  private final Set<Origin> told = new HashSet<>();

  /** The groups all of which came, and that are neither billed nor given back, by who supplied. */
  private final Map<Integer, Origin> came = new HashMap<>();

  /** The one who claimed the groups that are fetched now, and pays for them. */
  private GroupWant want;

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

  /**
   * @param reader that claims the run, and reads it soon
   * @param origins the providers that can be asked
   */
  GroupLane(
      GroupFill fill, GroupTarget target, GroupWant reader, GroupRun run, List<Origin> origins) {
    this.fill = fill;
    this.tools = target.tools();
    this.disk = target.disk();
    this.file = target.file();
    this.tree = target.tree();
    this.groups = tree.groups();
    this.reader = reader;
    this.ahead = target.groupsAhead();
    this.want = reader;
    this.first = Math.toIntExact(run.first());
    this.end = Math.toIntExact(run.last() + 1);
    List<Origin> free = origins.stream().filter(origin -> !fill.isSupplying(origin)).toList();
    told.addAll(free);
    ByteRange range = new ByteRange(groups.from(run), groups.to(run));
    long mostSkipped = Math.max(MOST_SKIPPED, reader.reader().range().length());
    this.supply =
        tools.supply(new OriginSupply.Wanted(file.piece(), range, true, mostSkipped), free, this);
  }

  void start() {
    want.request().charge().ifPresent(FillCharge::begin);
    supply.start();
  }

  /** Fetches no groups that nobody waits for, but the one that has begun. */
  void leaveOut(BitSet orphans) {
    int unneeded = ended ? -1 : orphans.nextSetBit(begun());
    if (unneeded >= 0) {
      endBefore(unneeded);
    }
  }

  /**
   * Goes no further with a provider once all who brought it are gone: what has begun is its last.
   */
  void leaveUnread() {
    if (told.stream().anyMatch(from -> isAsking(from) && !fill.isAwaited(next(), from))) {
      endBefore(begun());
    }
  }

  /** Fetches nothing from a group on, unless that has begun. */
  void endBefore(int group) {
    if (!ended && group >= begun() && group < end) {
      end = group;
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

  /** The group that whoever is asked next begins with. */
  private int next() {
    long position = goesOnFrom(supply.position());
    return Math.min(end - 1, position == file.piece().rawSize() ? end : file.groupAt(position));
  }

  private long endPosition() {
    return end == first ? groups.from(first) : groups.to(end - 1);
  }

  /** Fetches nothing more. */
  void stop() {
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
    boolean endsGroup = notesWhole(position, position + wanted);
    if (wanted < bytes.length() || supply.position() == endPosition() && !isWhole()) {
      stop();
    } else if (endsGroup && begun() < end && !fill.isAwaited(begun(), supply.origin())) {
      if (!reader.reads(begun(), ahead)) {
        reader.fallsBehind();
      }
      endBefore(begun());
    } else if (waiting > PAUSE_ABOVE) {
      supply.pause();
    }
    work();
  }

  /** Notes the groups whose last byte came; true where there are some. */
  private boolean notesWhole(long from, long to) {
    boolean some = false;
    for (long at = from; at < to; ) {
      int group = file.groupAt(at);
      at = groups.to(group);
      if (at <= to) {
        came.put(group, supply.origin());
        some = true;
      }
    }
    return some;
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
    // what came behind the end was not taken, also where it is a short last group
    long taken = Math.min(position, endPosition());
    return taken == file.piece().rawSize() ? taken : groups.from(file.groupAt(taken));
  }

  @Override
  public boolean mayBeAsked(Origin origin) {
    boolean may = fill.isAwaited(next(), origin);
    if (!may) {
      // told of again where somebody comes who brings it
      told.remove(origin);
    }
    return may;
  }

  @Override
  public long goesOnTo(Origin origin, long wantedTo) {
    endBefore(Math.max(next() + 1, fill.awaitedTo(next(), origin)));
    return endPosition();
  }

  @Override
  public List<Origin> more() {
    return others();
  }

  /** Those of readers that came meanwhile, and those that other lanes fetch from. */
  @Override
  public List<Origin> others() {
    List<Origin> others = new ArrayList<>(fill.origins(want, next()));
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
                fill.diskFailed(done.cause());
              } else if (waiting < RESUME_BELOW) {
                supply.resume();
              }
              work();
            });
  }

  /** Hashes and writes, on a worker. Behind a wrong group, nothing of its provider is looked at. */
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
    fill.wantOf(group).filter(other -> other != want).ifPresent(this::turnTo);
    want.claimed().clear(group);
    want.reader().suppliedBy(origin.provider());
    Optional<String> bot = want.request().bot();
    tools.meter().filled(origin.dataSet(), size, bot);
    if (bot.isPresent()) {
      tools.quota().giveBack(QuotaName.cacheMiss(origin.dataSet()), size);
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
  private void turnTo(GroupWant other) {
    charge();
    want = other;
    want.request().charge().ifPresent(FillCharge::begin);
  }

  private void charge() {
    // right or wrong: it was fetched
    List<FillCharge.Supplied> supplied = supply.takeSupplied();
    want.request().charge().ifPresent(charge -> charge.fetched(supplied));
  }

  private void finish() {
    over = true;
    charge();
    came.forEach((group, origin) -> giveBack(origin, group));
    came.clear();
    fill.over(this);
  }

  private void giveBack(Origin origin, int group) {
    long size = groups.to(group) - groups.from(group);
    tools.quota().giveBack(QuotaName.cacheMiss(origin.dataSet()), size);
  }

  /** True where bytes are asked for there now. */
  boolean isAsking(Origin origin) {
    return supply.isAsking(origin);
  }

  /** The one that reads its groups next. */
  GroupWant reader() {
    return reader;
  }

  /** Leaves out of some groups those that it has, or fetches within so many. */
  void exclude(BitSet some, int soon) {
    some.clear(first, ended ? end : Math.min(end, begun() + soon));
  }

  /** The reason that it brought less than it was to bring; empty where others can go on. */
  Optional<Problem> problem() {
    return problem;
  }

  /** True where its providers have enough to do, with other lanes as it may be. */
  boolean isBusy() {
    return problem.map(Problem::refusal).filter(Refusal.ORIGIN_BUSY::equals).isPresent();
  }

  /** True where a provider would have sent the whole piece to get to what was wanted. */
  boolean metWholeOnly() {
    return supply.failures().stream().anyMatch(failure -> failure.kind() == Kind.WHOLE_ONLY);
  }

  /** True where a provider sent more than it was asked for. */
  boolean hasSkipped() {
    return supply.hasSkipped();
  }

  /** True where all that could be asked for a reader were. */
  boolean hasFailed(GroupWant want) {
    return !want.claimed().get(first, end).isEmpty() && told.containsAll(want.request().origins());
  }

  /** Bytes on their way to the file. */
  private record Part(long position, ByteBuf bytes, Origin origin) {}

  /** A group that all bytes have come of. */
  private record Checked(int group, Origin origin, boolean right) {}
}
