package io.filcdn.retrieval.usage;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.filcdn.common.egress.JournalId;
import io.filcdn.common.identity.EdgeKeyPair;
import io.filcdn.common.identity.RequestSignature;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.CapSalt;
import io.filcdn.common.lease.EdgeStatus;
import io.filcdn.common.lease.JournalEnd;
import io.filcdn.common.lease.JournalProgress;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseAnswer.Lease;
import io.filcdn.common.lease.LeaseRequest;
import io.filcdn.common.lease.LeaseRequest.Ask;
import io.filcdn.common.lease.QuotaName;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.common.usage.QuotaRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Metrics' side of the lease contract for one journal, over HTTP and as a plain model. */
public final class LeaseServer implements AutoCloseable {

  private final HttpServer http;
  private final EdgeKeyPair pair = EdgeKeyPair.generate();
  private final Map<QuotaName, Long> granted = new HashMap<>();
  private final Map<QuotaName, Long> elsewhere = new HashMap<>();
  private final Map<QuotaName, long[]> leases = new HashMap<>();
  private final Set<JournalId> closed = new HashSet<>();
  private final List<JournalEnd> ended = new ArrayList<>();
  private final List<JournalProgress> progress = new ArrayList<>();
  private final List<EdgeStatus> statuses = new ArrayList<>();
  private List<CapSalt> salts = List.of();
  private boolean failing;
  private boolean revoked;
  private int lost;
  private int requests;
  private long shareInAdvance = 1;
  private final AtomicInteger arrived = new AtomicInteger();
  private final AtomicInteger grants = new AtomicInteger();
  private final Queue<String> traces = new ConcurrentLinkedQueue<>();
  private volatile CountDownLatch paused = new CountDownLatch(0);

  public LeaseServer() throws IOException {
    http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    http.createContext(LeaseRequest.PATH, this::lease);
    http.createContext(JournalEnd.PATH, this::end);
    http.createContext(JournalProgress.PATH, this::progress);
    http.createContext(EdgeStatus.PATH, this::status);
    // while one call waits, others arrive
    http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    http.start();
  }

  public URI uri() {
    return URI.create("http://127.0.0.1:" + http.getAddress().getPort());
  }

  public synchronized void grant(DataSetId dataSet, QuotaRecord.Kind quota, long bytes) {
    granted.put(new QuotaName.OfDataSet(dataSet, quota), bytes);
  }

  /** Sets the bytes that a cap allows. */
  public synchronized void grant(QuotaName cap, long bytes) {
    granted.put(cap, bytes);
  }

  /** The bytes that are held and not applied. */
  public synchronized long held(QuotaName name) {
    long[] sums = sums(name);
    return sums[0] - sums[1] - sums[2];
  }

  /** The bytes that were used, by records or as the edge says. */
  public synchronized long applied(QuotaName name) {
    return sums(name)[2];
  }

  public synchronized void holdElsewhere(DataSetId dataSet, QuotaRecord.Kind quota, long bytes) {
    elsewhere.put(new QuotaName.OfDataSet(dataSet, quota), bytes);
  }

  /** Records used so much. */
  synchronized void apply(DataSetId dataSet, QuotaRecord.Kind quota, long bytes) {
    apply(new QuotaName.OfDataSet(dataSet, quota), bytes);
  }

  /** Records used so much. */
  public synchronized void apply(QuotaName name, long bytes) {
    sums(name)[2] += bytes;
  }

  public synchronized void fail(boolean failsNow) {
    failing = failsNow;
  }

  /** Gives beyond what is needed only a part of what is free, as 1 / {@code share}. */
  public synchronized void shareInAdvance(long share) {
    shareInAdvance = share;
  }

  /** While it pauses, calls arrive and are not answered. */
  public void pause(boolean pausesNow) {
    if (pausesNow) {
      paused = new CountDownLatch(1);
    } else {
      paused.countDown();
    }
  }

  /** The number of calls that ask for something, answered or not. */
  public int arrived() {
    return arrived.get();
  }

  /** The traces that calls for leases named. */
  public List<String> traces() {
    return List.copyOf(traces);
  }

  /** How many calls were given something. */
  public int grants() {
    return grants.get();
  }

  /** The edge's key is good no more, or is again. */
  public synchronized void revoke(boolean revokedNow) {
    revoked = revokedNow;
  }

  /** A file in {@code folder} with the key that the edge is known by. */
  public Path key(Path folder) throws IOException {
    return Files.writeString(folder.resolve("edge.pem"), pair.privatePem());
  }

  /** The next requests are done, and their answers lost. */
  synchronized void loseNextAnswers(int answers) {
    lost = answers;
  }

  public synchronized void writeOff(JournalId journal) {
    closed.add(journal);
  }

  public synchronized long held(DataSetId dataSet, QuotaRecord.Kind quota) {
    return held(new QuotaName.OfDataSet(dataSet, quota));
  }

  /** How often the edge asked. */
  synchronized int requests() {
    return requests;
  }

  synchronized List<JournalEnd> ended() {
    return List.copyOf(ended);
  }

  public synchronized List<JournalProgress> progress() {
    return List.copyOf(progress);
  }

  /** The statuses that were told, the last one last. */
  public synchronized List<EdgeStatus> statuses() {
    return List.copyOf(statuses);
  }

  private long[] sums(QuotaName key) {
    return leases.computeIfAbsent(key, _ -> new long[3]);
  }

  private void lease(HttpExchange call) throws IOException {
    String body = body(call);
    Optional.ofNullable(call.getRequestHeaders().getFirst("traceparent")).ifPresent(traces::add);
    if (body.contains("\"needed\"")) {
      arrived.incrementAndGet();
    }
    try {
      paused.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lease(call, body);
  }

  private synchronized void lease(HttpExchange call, String body) throws IOException {
    if (refused(call, body)) {
      return;
    }
    LeaseRequest request = RecordJson.read(body, LeaseRequest.class);
    requests++;
    List<Lease> given = new ArrayList<>();
    boolean gives = false;
    for (Ask ask : request.asks()) {
      long before = sums(ask.name())[0];
      Lease lease = give(ask);
      gives |= lease.acquired().bytes() > before;
      given.add(lease);
    }
    if (gives) {
      grants.incrementAndGet();
    }
    boolean gone = closed.contains(request.journal());
    if (lost > 0) {
      lost--;
      answer(call, 500, "lost");
    } else {
      answer(call, 200, RecordJson.write(answer(gone, given)));
    }
  }

  private LeaseAnswer answer(boolean gone, List<Lease> given) {
    return gone
        ? new LeaseAnswer(true, 60_000, List.of())
        : new LeaseAnswer(false, 60_000, given, salts);
  }

  /** Sets the keys of buckets that are told with each answer. */
  public synchronized void salts(List<CapSalt> all) {
    salts = List.copyOf(all);
  }

  private Lease give(Ask ask) {
    QuotaName key = ask.name();
    long[] sums = sums(key);
    sums[1] = Math.min(sums[0], Math.max(sums[1], ask.returned().bytes()));
    long told = ask.used().map(ByteCount::bytes).orElse(0L);
    sums[2] = Math.max(sums[2], Math.min(sums[0] - sums[1], told));
    long paid = granted.getOrDefault(key, 0L);
    long free = paid - sums[0] + sums[1] - elsewhere.getOrDefault(key, 0L);
    long needed = Math.max(0, ask.needed().bytes() - sums[0]);
    long liked = ask.acquired().bytes() - sums[0];
    if (needed <= free) {
      sums[0] += Math.max(0, needed + Math.min(liked - needed, (free - needed) / shareInAdvance));
    }
    return new Lease(
        key,
        ByteCount.of(sums[0]),
        ByteCount.of(sums[1]),
        ByteCount.of(sums[2]),
        granted.containsKey(key) ? Optional.of(ByteCount.of(paid - sums[2])) : Optional.empty());
  }

  private synchronized void end(HttpExchange call) throws IOException {
    String body = body(call);
    if (!refused(call, body)) {
      JournalEnd end = RecordJson.read(body, JournalEnd.class);
      ended.add(end);
      answer(call, 200, RecordJson.write(new JournalEnd.Answer(ended.size() > 1)));
    }
  }

  private synchronized void progress(HttpExchange call) throws IOException {
    String body = body(call);
    if (!refused(call, body)) {
      progress.add(RecordJson.read(body, JournalProgress.class));
      answer(call, 200, RecordJson.write(new JournalProgress.Answer(true)));
    }
  }

  private synchronized void status(HttpExchange call) throws IOException {
    String body = body(call);
    if (!refused(call, body)) {
      statuses.add(RecordJson.read(body, EdgeStatus.class));
      answer(call, 200, RecordJson.write(new EdgeStatus.Answer(true)));
    }
  }

  private boolean refused(HttpExchange call, String body) throws IOException {
    boolean known = !revoked && isSigned(call, body);
    if (!known || failing) {
      answer(call, known ? 503 : 401, "no");
    }
    return !known || failing;
  }

  private boolean isSigned(HttpExchange call, String body) {
    return RequestSignature.read(call.getRequestHeaders().getFirst("Authorization"))
        .filter(
            signed ->
                pair.publicKey()
                    .signed(
                        signed.message(call.getRequestURI().getPath(), body), signed.signature()))
        .isPresent();
  }

  private static String body(HttpExchange call) throws IOException {
    return new String(call.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static void answer(HttpExchange call, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    call.sendResponseHeaders(status, bytes.length);
    call.getResponseBody().write(bytes);
    call.close();
  }

  @Override
  public void close() {
    // a call that waits would keep it from stopping
    pause(false);
    http.stop(0);
  }
}
