package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HostAddressesTest {

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final AtomicLong nanos = new AtomicLong();
  private final AtomicInteger lookUps = new AtomicInteger();
  private final AtomicInteger underWay = new AtomicInteger();

  /** The names that DNS holds. */
  private final Map<String, String> names = new ConcurrentHashMap<>();

  /** Opened where the servers of names that begin with "silent" answer. */
  private volatile CountDownLatch answers = new CountDownLatch(1);

  private final HostAddresses addresses = new HostAddresses(vertx, this::lookup, nanos::get);

  private InetAddress[] lookup(String host) throws UnknownHostException {
    lookUps.incrementAndGet();
    underWay.incrementAndGet();
    try {
      if (host.startsWith("silent")) {
        answers.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      underWay.decrementAndGet();
    }
    String address = names.get(host);
    if (address == null) {
      throw new UnknownHostException(host);
    }
    return new InetAddress[] {InetAddress.getByName(address)};
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  /** Asks on one event loop. */
  private CompletableFuture<List<InetAddress>> ask(String host) {
    CompletableFuture<List<InetAddress>> found = new CompletableFuture<>();
    context.runOnContext(on -> addresses.of(host).onSuccess(found::complete));
    return found;
  }

  private List<String> texts(CompletableFuture<List<InetAddress>> found) throws Exception {
    List<String> texts =
        found.get(20, TimeUnit.SECONDS).stream().map(InetAddress::getHostAddress).toList();
    // what was found is remembered within the same turn
    CompletableFuture<Void> turned = new CompletableFuture<>();
    context.runOnContext(turned::complete);
    turned.get(20, TimeUnit.SECONDS);
    return texts;
  }

  @AfterEach
  void close() throws Exception {
    answers.countDown();
    addresses.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  @Test
  void aNameIsLookedUpOnceAtATimeWhoeverAsks() throws Exception {
    names.put("silent.example", "8.8.8.8");
    List<CompletableFuture<List<InetAddress>>> found = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      found.add(ask("silent.example"));
    }
    names.put("sp.example", "9.9.9.9");

    assertThat(texts(ask("sp.example"))).containsExactly("9.9.9.9");
    answers.countDown();

    for (CompletableFuture<List<InetAddress>> each : found) {
      assertThat(texts(each)).containsExactly("8.8.8.8");
    }
    assertThat(lookUps).hasValue(2);
  }

  @Test
  void whatIsKnownIsUsedWhileItIsLookedUpAnew() throws Exception {
    names.put("silent.example", "8.8.8.8");
    answers.countDown();
    assertThat(texts(ask("silent.example"))).containsExactly("8.8.8.8");
    answers = new CountDownLatch(1);
    names.put("silent.example", "8.8.4.4");
    pass(Duration.ofSeconds(11));

    assertThat(texts(ask("silent.example"))).containsExactly("8.8.8.8");
    answers.countDown();

    await()
        .untilAsserted(() -> assertThat(texts(ask("silent.example"))).containsExactly("8.8.4.4"));
    assertThat(lookUps).hasValue(2);
  }

  @Test
  void whatIsKnownIsUsedForMinutesWhereTheNameIsNotFoundAnyMore() throws Exception {
    names.put("sp.example", "8.8.8.8");
    assertThat(texts(ask("sp.example"))).containsExactly("8.8.8.8");
    names.clear();
    for (int minute = 0; minute < 4; minute++) {
      pass(Duration.ofMinutes(1));
      int before = lookUps.get();
      await()
          .until(
              () -> {
                assertThat(texts(ask("sp.example"))).containsExactly("8.8.8.8");
                return lookUps.get() > before;
              });
    }
    pass(Duration.ofMinutes(2));

    assertThat(texts(ask("sp.example"))).isEmpty();
  }

  @Test
  void aNameThatIsNotFoundIsLookedUpAgainAfterSeconds() throws Exception {
    assertThat(texts(ask("sp.example"))).isEmpty();
    names.put("sp.example", "8.8.8.8");

    assertThat(texts(ask("sp.example"))).isEmpty();
    pass(Duration.ofSeconds(11));

    assertThat(texts(ask("sp.example"))).containsExactly("8.8.8.8");
    assertThat(lookUps).hasValue(2);
  }

  @Test
  void namesThatTookLongHoldUpNoOthersHoweverMany() throws Exception {
    names.put("sp.example", "9.9.9.9");
    List<String> silent = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      silent.add("silent-%d.example".formatted(i));
    }
    List<CompletableFuture<List<InetAddress>>> first = silent.stream().map(this::ask).toList();
    await().until(() -> underWay.get() == 8);
    pass(Duration.ofSeconds(10));
    answers.countDown();
    for (CompletableFuture<List<InetAddress>> each : first) {
      assertThat(texts(each)).isEmpty();
    }
    answers = new CountDownLatch(1);
    pass(Duration.ofSeconds(11));

    silent.forEach(
        name -> {
          var _ = ask(name);
        });
    await().until(() -> underWay.get() >= 2);

    assertThat(texts(ask("sp.example"))).containsExactly("9.9.9.9");
    assertThat(underWay).hasValue(2);
  }
}
