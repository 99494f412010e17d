package io.filcdn.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.lease.LeaseAnswer;
import io.filcdn.common.lease.LeaseRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** An edge's request for leases, as it goes over HTTP to a process of the service. */
record LeaseCall(HttpClient http, int port) {

  private static final AtomicLong LAST = new AtomicLong();

  /** Sends a request of {@link TestEdges}, signed now and later than any before. */
  LeaseAnswer send(LeaseRequest request) throws IOException, InterruptedException {
    String body = RecordJson.write(request);
    long now = LAST.updateAndGet(last -> Math.max(last + 1, Clock.systemUTC().millis()));
    String signed = TestEdges.authorization(request.edge(), LeaseRequest.PATH, body, now);
    HttpRequest call =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + LeaseRequest.PATH))
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(Duration.ofSeconds(10))
            .header("Content-Type", "application/json")
            .header("Authorization", signed)
            .POST(HttpRequest.BodyPublishers.ofString(body, UTF_8))
            .build();
    HttpResponse<String> answer = http.send(call, HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(answer::body).isEqualTo(200);
    return RecordJson.read(answer.body(), LeaseAnswer.class);
  }
}
