package io.filcdn.testing.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.filcdn.common.piece.CommPHasher;
import io.filcdn.common.piece.PieceCid;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class DemoProviderIT {

  private static final byte[] DATA = seeded(300_000);

  @TempDir Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private DemoProvider provider;
  private PieceCid piece;

  @BeforeEach
  void start() throws IOException {
    provider = DemoProvider.start(folder, 0);
    piece = provider.store(new ByteArrayInputStream(DATA));
  }

  @AfterEach
  void stop() {
    client.close();
    provider.close();
  }

  @Test
  void aPieceThatWasPutIsServedUnderItsCid() throws Exception {
    byte[] bytes = "a text of some length\n".getBytes(StandardCharsets.UTF_8);

    HttpResponse<String> put =
        client.send(
            HttpRequest.newBuilder(provider.url().resolve("/piece"))
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bytes))
                .build(),
            BodyHandlers.ofString());
    PieceCid cid = hash(bytes);
    HttpResponse<byte[]> got = get(cid.toString());

    assertThat(put.body())
        .contains("\"cid\":\"" + cid + "\"")
        .contains("\"size\":\"" + bytes.length + "\"");
    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.body()).isEqualTo(bytes);
    assertThat(header(got, "ETag")).isEqualTo("\"" + cid + "\"");
    assertThat(header(got, "Content-Type")).isEqualTo("text/plain; charset=utf-8");
    assertThat(header(got, "Content-Length")).isEqualTo(Integer.toString(bytes.length));
  }

  @Test
  void theV1CidNamesItToo() throws Exception {
    assertThat(get(piece.commP().toString()).body()).isEqualTo(DATA);
  }

  @Test
  void headTellsTheSizeAndCountsAsNoFetch() throws Exception {
    HttpResponse<byte[]> head =
        client.send(
            HttpRequest.newBuilder(url(piece.toString())).HEAD().build(),
            BodyHandlers.ofByteArray());

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(header(head, "Content-Length")).isEqualTo("300000");
    assertThat(provider.fetches(piece)).isEqualTo(new Fetches(0, 0));
  }

  @Test
  void rangesAreServedAndCounted() throws Exception {
    HttpResponse<byte[]> middle = get(piece.toString(), "Range", "bytes=1000-1999");
    HttpResponse<byte[]> tail = get(piece.toString(), "Range", "bytes=-5");
    HttpResponse<byte[]> beyond = get(piece.toString(), "Range", "bytes=300000-");

    assertThat(middle.statusCode()).isEqualTo(206);
    assertThat(header(middle, "Content-Range")).isEqualTo("bytes 1000-1999/300000");
    assertThat(middle.body()).isEqualTo(Arrays.copyOfRange(DATA, 1000, 2000));
    assertThat(tail.body()).isEqualTo(Arrays.copyOfRange(DATA, 299_995, 300_000));
    assertThat(beyond.statusCode()).isEqualTo(416);
    assertThat(header(beyond, "Content-Range")).isEqualTo("bytes */300000");
    await()
        .untilAsserted(() -> assertThat(provider.fetches(piece)).isEqualTo(new Fetches(2, 1005)));
    assertThat(
            client
                .send(
                    HttpRequest.newBuilder(provider.url().resolve("/stats")).build(),
                    BodyHandlers.ofString())
                .body())
        .isEqualTo("{\"%s\":{\"fetches\":2,\"bytes\":1005}}".formatted(piece));
  }

  @Test
  void whatTheClientHasIsNotSentAgain() throws Exception {
    String etag = "\"" + piece + "\"";

    assertThat(get(piece.toString(), "If-None-Match", "\"other\", W/" + etag).statusCode())
        .isEqualTo(304);
    assertThat(get(piece.toString(), "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
    assertThat(get(piece.toString(), "Range", "bytes=0-0", "If-Range", etag).statusCode())
        .isEqualTo(206);
    assertThat(get(piece.toString(), "Range", "bytes=0-0", "If-Range", "\"other\"").statusCode())
        .isEqualTo(200);
  }

  @Test
  void anEmptyPieceIsServed() throws Exception {
    PieceCid empty = provider.store(InputStream.nullInputStream());

    HttpResponse<byte[]> got = get(empty.toString());

    assertThat(got.statusCode()).isEqualTo(200);
    assertThat(got.body()).isEmpty();
  }

  @Test
  void whatIsNoCidOrNotThereIsTold() throws Exception {
    assertThat(get("bafkfoo").statusCode()).isEqualTo(400);
    assertThat(get(hash(new byte[] {1}).toString()).statusCode()).isEqualTo(404);
    assertThat(get(hash(new byte[] {1}).commP().toString()).statusCode()).isEqualTo(404);
  }

  @Test
  void piecesSurviveARestartAndHalfOnesDoNot() throws Exception {
    provider.close();
    Path half = Files.writeString(folder.resolve("incoming-1.part"), "half");

    provider = DemoProvider.start(folder, 0);

    assertThat(get(piece.toString()).body()).isEqualTo(DATA);
    assertThat(half).doesNotExist();
  }

  @Test
  void aWrongByteIsServedUntilItIsMended() throws Exception {
    provider.fail(piece, new Fault.WrongByte(70_000));
    byte[] wrong = get(piece.toString()).body();
    provider.mend(piece);
    byte[] right = get(piece.toString()).body();

    assertThat(Arrays.mismatch(wrong, DATA)).isEqualTo(70_000);
    assertThat(Arrays.mismatch(wrong, 70_001, DATA.length, DATA, 70_001, DATA.length))
        .isEqualTo(-1);
    assertThat(right).isEqualTo(DATA);
  }

  @Test
  void aDyingProviderCutsTheConnectionAtTheByteAsked() throws Exception {
    provider.fail(piece, new Fault.DiesAt(100_001));

    assertThatThrownBy(() -> get(piece.toString())).isInstanceOf(IOException.class);
    assertThat(get(piece.toString(), "Range", "bytes=0-100000").body()).hasSize(100_001);
    // the last bytes are counted once they are sent
    await()
        .untilAsserted(
            () -> assertThat(provider.fetches(piece)).isEqualTo(new Fetches(2, 200_002)));
  }

  @Test
  void aStalledFetchGoesOnWhenMended() throws Exception {
    provider.fail(piece, new Fault.StallsAt(150_000));

    var stalled =
        client.sendAsync(
            HttpRequest.newBuilder(url(piece.toString())).build(), BodyHandlers.ofByteArray());
    await().until(() -> provider.fetches(piece).bytes() == 150_000);
    assertThat(stalled).isNotDone();
    provider.mend(piece);

    assertThat(stalled.get().body()).isEqualTo(DATA);
  }

  @Test
  void aTrickleGoesOnAtFullPaceWhenMended() throws Exception {
    provider.fail(piece, new Fault.Trickles(100));

    var slow =
        client.sendAsync(
            HttpRequest.newBuilder(url(piece.toString())).build(), BodyHandlers.ofByteArray());
    await().until(() -> provider.fetches(piece).bytes() >= 30);
    assertThat(provider.fetches(piece).bytes()).isLessThan(DATA.length);
    provider.mend(piece);

    assertThat(slow.get().body()).isEqualTo(DATA);
  }

  @Test
  void aStatusIsAnsweredInsteadOfThePiece() throws Exception {
    provider.fail(piece, new Fault.Answers(503));

    assertThat(get(piece.toString()).statusCode()).isEqualTo(503);
    assertThat(provider.fetches(piece)).isEqualTo(new Fetches(0, 0));
  }

  @Test
  void aRedirectIsAnsweredInsteadOfThePiece() throws Exception {
    provider.fail(piece, new Fault.Redirects(URI.create("http://elsewhere.example/")));

    HttpResponse<byte[]> got = get(piece.toString());

    assertThat(got.statusCode()).isEqualTo(302);
    assertThat(header(got, "Location")).isEqualTo("http://elsewhere.example/");
    assertThat(provider.fetches(piece)).isEqualTo(new Fetches(0, 0));
  }

  @Test
  void moreThanCurioServesAtOnceAreTurnedAway() throws Exception {
    provider.fail(piece, new Fault.StallsAt(0));
    List<HttpResponse<InputStream>> stalled = new ArrayList<>();
    for (int i = 0; i < DemoProvider.MOST_AT_ONCE; i++) {
      stalled.add(
          client.send(
              HttpRequest.newBuilder(url(piece.toString())).build(), BodyHandlers.ofInputStream()));
    }

    assertThat(get(piece.toString()).statusCode()).isEqualTo(429);
    provider.mend(piece);
    for (HttpResponse<InputStream> one : stalled) {
      try (InputStream body = one.body()) {
        assertThat(body.readAllBytes()).hasSize(DATA.length);
      }
    }
  }

  private HttpResponse<byte[]> get(String cid, String... headers) throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(url(cid));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private URI url(String cid) {
    return provider.url().resolve("/piece/" + cid);
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("none");
  }

  private static PieceCid hash(byte[] bytes) {
    CommPHasher hasher = new CommPHasher();
    hasher.update(bytes, 0, bytes.length);
    return hasher.finish();
  }

  private static byte[] seeded(int size) {
    byte[] bytes = new byte[size];
    new Random(25).nextBytes(bytes);
    return bytes;
  }
}
