package io.filcdn.retrieval.admission;

import io.filcdn.retrieval.admission.Denylist.Source;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Keeps the {@link Denylist} up to date: a URL, asked with the ETag of what is there, and a file of
 * the operator's own. Where either cannot be had, what was there stays in force.
 */
public final class DenylistRefresh {

  private static final Logger LOG = Logger.getLogger(DenylistRefresh.class);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Denylist denylist;
  private final Optional<URI> url;
  private final Optional<Path> file;
  private final HttpClient http =
      HttpClient.newBuilder()
          .connectTimeout(Duration.ofSeconds(10))
          .followRedirects(HttpClient.Redirect.NORMAL)
          .build();

  public DenylistRefresh(Denylist denylist, Optional<URI> url, Optional<Path> file) {
    this.denylist = denylist;
    this.url = url;
    this.file = file;
  }

  /** Looks once at both sources. Blocks. */
  public void refresh() {
    file.ifPresent(this::readFile);
    url.ifPresent(this::fetch);
  }

  private void readFile(Path path) {
    try {
      String tag = Files.getLastModifiedTime(path) + "/" + Files.size(path);
      if (!denylist.state(Source.LOCAL).tag().equals(tag)) {
        try (BufferedReader lines = Files.newBufferedReader(path)) {
          take(Source.LOCAL, lines, tag);
        }
      }
    } catch (IOException e) {
      LOG.warnf("the local denylist %s is not read, the last one stays in force: %s", path, e);
    }
  }

  private void fetch(URI from) {
    HttpRequest.Builder question = HttpRequest.newBuilder(from).timeout(PATIENCE);
    String tag = denylist.state(Source.REMOTE).tag();
    if (!tag.isEmpty()) {
      question.header("If-None-Match", tag);
    }
    try {
      HttpResponse<InputStream> response =
          http.send(question.build(), HttpResponse.BodyHandlers.ofInputStream());
      try (InputStream body = response.body()) {
        if (response.statusCode() == 200) {
          take(
              Source.REMOTE,
              new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8)),
              response.headers().firstValue("ETag").orElse(""));
        } else if (response.statusCode() != 304) {
          LOG.warnf("the denylist answers %d, the last one stays in force", response.statusCode());
        }
      }
    } catch (IOException e) {
      LOG.warnf("the denylist is not fetched, the last one stays in force: %s", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void take(Source source, BufferedReader lines, String tag) throws IOException {
    long entries = denylist.replace(source, lines, tag);
    LOG.infof("the %s denylist has %d entries", source, entries);
  }
}
