package io.filcdn.retrieval.admission;

import io.filcdn.retrieval.admission.Denylist.Source;
import io.filcdn.service.http.WholeAnswer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * The refresh that keeps the {@link Denylist} up to date: from a URL, asked with the ETag of what
 * is there, and a file of the operator's own. Where either cannot be had, what was there stays in
 * force.
 */
public final class DenylistRefresh implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(DenylistRefresh.class);

  private final Denylist denylist;
  private final Optional<URI> url;
  private final Optional<Path> file;
  private final Path download;
  private final Rules rules;
  private final LongSupplier nanoTime;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(10))
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();
  private Optional<Long> askedAt = Optional.empty();

  /**
   * The rules that the operator sets.
   *
   * @param every how often the URL is asked once a list of it was had
   * @param timeout how long its answer may take, to the last byte
   * @param maxSize how many bytes it may have
   * @param required whether the edge is ready only once it has had each list
   */
  public record Rules(Duration every, Duration timeout, long maxSize, boolean required) {}

  /**
   * @param download where an answer is kept until it is whole
   */
  public DenylistRefresh(
      Denylist denylist,
      Optional<URI> url,
      Optional<Path> file,
      Path download,
      Rules rules,
      LongSupplier nanoTime) {
    this.denylist = denylist;
    this.url = url;
    this.file = file;
    this.download = download;
    this.rules = rules;
    this.nanoTime = nanoTime;
  }

  /** The list that the edge has never had and is not to be ready without; for a person. */
  public Optional<String> missing() {
    if (!rules.required()) {
      return Optional.empty();
    }
    if (url.isPresent() && denylist.state(Source.REMOTE).equals(Denylist.State.NONE)) {
      return Optional.of("the remote denylist has never been fetched");
    }
    return file.isPresent() && denylist.state(Source.LOCAL).equals(Denylist.State.NONE)
        ? Optional.of("the local denylist has never been read")
        : Optional.empty();
  }

  /** Looks at the file. Blocks. */
  public void readFile() {
    file.ifPresent(this::read);
  }

  private void read(Path path) {
    try {
      String tag = Files.getLastModifiedTime(path) + "/" + Files.size(path);
      if (!denylist.state(Source.LOCAL).tag().equals(tag)) {
        take(Source.LOCAL, path, tag);
      }
    } catch (IOException e) {
      LOG.warnf("the local denylist %s is not read, the last one stays in force: %s", path, e);
    }
  }

  /** Asks the URL, where it is time to. Blocks, up to the timeout. For one thread. */
  public void fetch() {
    long now = nanoTime.getAsLong();
    boolean had = !denylist.state(Source.REMOTE).equals(Denylist.State.NONE);
    boolean early = askedAt.map(asked -> now - asked < rules.every().toNanos()).orElse(false);
    if (url.isPresent() && !(had && early)) {
      askedAt = Optional.of(now);
      fetch(url.get());
    }
  }

  private void fetch(URI from) {
    HttpRequest.Builder question = HttpRequest.newBuilder(from);
    String tag = denylist.state(Source.REMOTE).tag();
    if (!tag.isEmpty()) {
      question.header("If-None-Match", tag);
    }
    try {
      HttpResponse<Path> response =
          WholeAnswer.of(http, question.build(), toDownload(), rules.maxSize(), rules.timeout());
      if (response.statusCode() == 200) {
        take(Source.REMOTE, download, response.headers().firstValue("ETag").orElse(""));
      } else if (response.statusCode() != 304) {
        LOG.warnf("the denylist answers %d, the last one stays in force", response.statusCode());
      }
    } catch (IOException e) {
      notFetched(e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpResponse.BodyHandler<Path> toDownload() {
    return BodyHandlers.ofFile(
        download,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  private static void notFetched(String why) {
    LOG.warnf("the denylist is not fetched, the last one stays in force: %s", why);
  }

  private void take(Source source, Path list, String tag) throws IOException {
    try (BufferedReader lines = reader(list)) {
      long entries = denylist.replace(source, lines, tag);
      LOG.infof("the %s denylist has %d entries", source, entries);
    }
  }

  /** What is no UTF-8 is in no entry, and ends nothing. */
  private static BufferedReader reader(Path list) throws IOException {
    return new BufferedReader(
        new InputStreamReader(Files.newInputStream(list), StandardCharsets.UTF_8));
  }

  /** Ends a fetch under way. */
  @Override
  public void close() {
    http.shutdownNow();
  }
}
