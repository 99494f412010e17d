package io.filcdn.service.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class WholeAnswerTest {

  private static final Duration LONG = Duration.ofMinutes(1);

  private final HttpClient http = HttpClient.newHttpClient();
  private final ServerSocket server;

  WholeAnswerTest() throws IOException {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  /** The client waits for what is under way, which nothing is. */
  @AfterEach
  @Timeout(60)
  void close() throws IOException {
    http.close();
    server.close();
  }

  /** Answers one request, and leaves its connection open. */
  private void answers(String answer) {
    Thread.startVirtualThread(
        () -> {
          try {
            Socket client = server.accept();
            client.getInputStream().read(new byte[1_000]);
            client.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
          } catch (IOException closed) {
            // the test is over
          }
        });
  }

  private HttpResponse<String> ask(long most, Duration time)
      throws IOException, InterruptedException {
    URI url = URI.create("http://localhost:" + server.getLocalPort());
    return WholeAnswer.of(
        http, HttpRequest.newBuilder(url).build(), BodyHandlers.ofString(), most, time);
  }

  @Test
  void comesWithItsBody() throws Exception {
    answers("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc");

    assertThat(ask(3, LONG).body()).isEqualTo("abc");
  }

  @Test
  void isNotWaitedForWhereItsBodyDoesNotEnd() {
    answers("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab");

    assertThatExceptionOfType(HttpTimeoutException.class)
        .isThrownBy(() -> ask(3, Duration.ofMillis(300)))
        .withMessageContaining("PT0.3S");
  }

  @Test
  void isNotTakenWhereItIsTooLarge() {
    answers("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd");

    assertThatExceptionOfType(IOException.class).isThrownBy(() -> ask(3, LONG));
  }

  @Test
  void ofNobodyFailsAsItDid() throws Exception {
    server.close();

    assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> ask(3, LONG));
  }
}
