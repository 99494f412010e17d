package io.filcdn.retrieval.usage;

import io.filcdn.common.chain.Address;
import io.filcdn.common.egress.CacheOutcome;
import io.filcdn.common.payment.ProviderId;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The bytes that an edge moves, billed or not, as its metrics show them: what clients took, by
 * where it came from and who asked for it, and what providers sent. Counted as they move, so that a
 * graph shows a long response while it lasts. Safe for use by several threads.
 */
public final class Traffic {

  private final MeterRegistry meters;
  private final Map<CacheOutcome, LongAdder> served = new EnumMap<>(CacheOutcome.class);
  private final NamedBytes<Address> payers;
  private final NamedBytes<ProviderId> providers;
  private final LongAdder verified;
  private final LongAdder refused;
  private final Map<String, LongAdder> fetches = new ConcurrentHashMap<>();

  /**
   * @param names how many payers, and how many providers, are shown by their names at a time
   */
  public Traffic(MeterRegistry meters, int names) {
    this.meters = meters;
    for (CacheOutcome outcome : CacheOutcome.values()) {
      served.put(outcome, counter("filcdn.served.bytes", "outcome", outcome.toString()));
    }
    payers = new NamedBytes<>(meters, "filcdn.served.payer.bytes", "payer", names);
    providers = new NamedBytes<>(meters, "filcdn.fetched.bytes", "provider", names);
    verified = counter("filcdn.fill.bytes", "verdict", "verified");
    refused = counter("filcdn.fill.bytes", "verdict", "refused");
  }

  private LongAdder counter(String name, String label, String value) {
    LongAdder count = new LongAdder();
    FunctionCounter.builder(name, count, LongAdder::sum).tag(label, value).register(meters);
    return count;
  }

  /** The counters that the bytes of a response go to. */
  record Response(LongAdder ofOutcome, LongAdder ofPayer) {

    void took(long bytes) {
      ofOutcome.add(bytes);
      ofPayer.add(bytes);
    }
  }

  Response response(Address payer, CacheOutcome outcome) {
    return new Response(Objects.requireNonNull(served.get(outcome)), payers.of(payer));
  }

  /** The counter of what a provider sends, also of what is read past. */
  public LongAdder from(ProviderId provider) {
    return providers.of(provider);
  }

  /** Counts bytes of pieces that providers supplied and that were right. */
  void verified(long bytes) {
    verified.add(bytes);
  }

  /** Counts bytes of pieces that were wrong, or that nobody could tell to be right. */
  void refused(long bytes) {
    refused.add(bytes);
  }

  /**
   * Counts a fetch that has ended.
   *
   * @param result one of few words
   */
  public void fetched(String result) {
    fetches.computeIfAbsent(result, each -> counter("filcdn.fetches", "result", each)).increment();
  }

  /** Shows others in the place of payers and providers that have moved nothing since last time. */
  public void leaveOutIdle() {
    payers.leaveOutIdle();
    providers.leaveOutIdle();
  }
}
