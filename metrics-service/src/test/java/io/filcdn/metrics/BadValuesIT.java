package io.filcdn.metrics;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What cannot be is refused before a table is asked, whatever takes it. */
class BadValuesIT {

  @RegisterExtension
  static final PackagedService SERVICE =
      new PackagedService(
          Map.of(
              "filcdn.network", "../deploy/networks/devnet.json",
              "filcdn.admin.token", "operators-know-this"));

  private static final String LONG = "9".repeat(3000);

  private static final List<String> NO_NUMBERS =
      List.of(
          "x",
          "-1",
          "1.5",
          "1e3",
          "%2B1",
          "0x1",
          "%00",
          "1%00",
          "%D9%A3",
          "%20",
          "null",
          LONG,
          "9223372036854775808",
          "-9223372036854775809",
          "99999999999999999999");

  private static final List<String> NO_TIMES =
      List.of(
          "x",
          "0",
          "%00",
          "2026-13-01T00:00:00Z",
          "2026-02-30T00:00:00Z",
          "2026-11-21",
          "2026-11-21T12:00:00Z%00",
          "%2B294277-01-01T00:00:00Z",
          "%2B1000000000-12-31T23:59:59Z",
          "-1000000000-01-01T00:00:00Z",
          "-4713-01-01T00:00:00Z",
          "1969-12-31T23:59:59Z",
          "9999-12-31T00:00:00Z",
          LONG);

  private static final List<String> NO_NAMES =
      List.of("%00", "x%00", "%7F", "-1", "x/y", "fwss/", "fwss/-1", "fwss/1%00", LONG);

  private static final String SERIES = "/api/v1/series/";

  record Case(String path, int status) {
    @Override
    public String toString() {
      return status + " " + (path.length() > 100 ? path.substring(0, 100) + "…" : path);
    }
  }

  /** An empty value counts as none, and is not among them. */
  private static Stream<Case> cases() {
    List<Case> cases = new ArrayList<>();
    for (String number :
        List.of(
            "/api/v1/top/payer?days=",
            "/api/v1/top/payer?limit=",
            "/api/v1/totals?days=",
            "/api/v1/latency?hours=",
            "/api/v1/top-pieces?days=",
            "/api/v1/top-pieces?limit=",
            "/api/v1/payers/0x0000000000000000000000000000000000000001/storage?days=")) {
      add(cases, 400, number, NO_NUMBERS);
      add(cases, 400, number, List.of("0", "1000000", "2147483648", "9223372036854775807"));
    }
    for (String epoch : List.of("from", "to")) {
      add(cases, 400, "/api/v1/providers/3/statement?" + epoch + "=", NO_NUMBERS);
    }
    for (String time : List.of("by=day&from=", "by=hour&to=")) {
      add(cases, 400, SERIES + "total/all?" + time, NO_TIMES);
    }
    for (String dimension : List.of("data-set/", "payer/", "provider/", "country/", "outcome/")) {
      add(cases, 400, SERIES + dimension, NO_NAMES);
    }
    add(cases, 400, SERIES + "total/", NO_NAMES);
    add(cases, 400, SERIES + "edge/", List.of("%00", "x%00", "%7F", LONG));
    add(cases, 400, SERIES + "total/all?by=", List.of("x", "%00", "week", "DAY", LONG));
    add(cases, 400, "/api/v1/latency?provider=", NO_NAMES);
    add(cases, 400, "/api/v1/providers/3/statement?format=", List.of("x", "%00", LONG));
    for (String unknown : List.of("x", "%00", "DATA-SET", "payer%00", LONG)) {
      cases.add(new Case(SERIES + unknown + "/1", 400));
      cases.add(new Case("/api/v1/top/" + unknown, 400));
      cases.add(new Case("/api/v1/payers/" + unknown + "/storage", 400));
      cases.add(new Case("/api/v1/providers/" + unknown + "/statement", 400));
    }
    for (String named : List.of("/data-set/", "/api/v1/data-sets/", "/api/v1/audit/")) {
      add(cases, 400, named, NO_NAMES);
      add(cases, 400, named, NO_NUMBERS);
    }
    add(cases, 400, "/payer/", NO_NUMBERS);
    add(cases, 400, "/payer/", NO_NAMES.stream().filter(name -> !name.contains("/")).toList());
    for (String path : List.of("/payer/x/y", "/payer/fwss/-1", "/data-set", "/payer")) {
      cases.add(new Case(path, 404));
    }
    return cases.stream();
  }

  private static void add(List<Case> cases, int status, String before, List<String> values) {
    values.forEach(value -> cases.add(new Case(before + value, status)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatCannotBeIsRefusedWithASentence(Case one) {
    Response answer = given().urlEncodingEnabled(false).get(one.path());

    assertThat(answer.statusCode()).as(answer.body().asString()).isEqualTo(one.status());
    assertThat(answer.contentType()).startsWith("application/problem+json");
    assertThat(answer.path("code").toString())
        .endsWith(one.status() == 400 ? "-malformed" : "path-unknown");
    assertThat(answer.path("detail").toString())
        .contains(one.status() == 400 ? "expected" : "there is nothing here")
        .hasSizeLessThan(600)
        .matches("\\P{Cntrl}*");
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/admin/dead-letters?limit=0",
    "/api/v1/admin/dead-letters?limit=1001",
    "/api/v1/admin/dead-letters?limit=x",
    "/api/v1/admin/dead-letters?after=-1",
    "/api/v1/admin/dead-letters?after=%00",
    "/api/v1/admin/leases?limit=99999999999",
    "/api/v1/admin/leases?after=x",
    "/api/v1/admin/leases?after=7",
    "'/api/v1/admin/leases?after=2026-11-21T12:00:00Z,x'",
    "'/api/v1/admin/leases?after=%2B1000000000-01-01T00:00:00Z,00000000-0000-0000-0000-000000000007'",
    "/api/v1/admin/audit?limit=%00",
    "/api/v1/admin/audit?after=-1",
    "/api/v1/admin/gaps?limit=0",
    "/api/v1/admin/gaps?after=%00",
    "'/api/v1/admin/gaps?after=2026-11-21T12:00:00Z,00000000-0000-0000-0000-000000000007,-1'",
    "'/api/v1/admin/gaps?after=2026-11-21T12:00:00Z,00000000-0000-0000-0000-000000000007'",
  })
  void operatorsAreToldToo(String path) {
    Response answer =
        given()
            .header("Authorization", "Bearer operators-know-this")
            .urlEncodingEnabled(false)
            .get(path);

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.path("detail").toString()).contains("expected");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/v1/admin/dead-letters/x/replay | {}",
        "/api/v1/admin/dead-letters/-1/replay | {}",
        "/api/v1/admin/leases/x/write-off | why",
        "/api/v1/admin/leases/%00/write-off | why",
        "/api/v1/admin/leases/00000000-0000-0000-0000-000000000007/write-off | NUL",
        "/api/v1/admin/gaps/accept | {\"journal\":\"00000000-0000-0000-0000-000000000007\",\"partition\":0,\"from\":1,\"to\":2,\"proof\":\"\\u0000\"}",
        "/api/v1/admin/gaps/accept | []",
        "/api/v1/admin/caps/corrections | []",
        "/api/v1/admin/caps/corrections | {\"cap\":\"fwss/12/cdn\",\"change\":\"-1\",\"why\":\"w\"}",
        "/api/v1/admin/caps/corrections | {\"cap\":\"cap/policy/fwss/12/all/life\",\"change\":\"1.5\",\"why\":\"w\"}",
        "/api/v1/admin/caps/corrections | {\"cap\":\"cap/policy/fwss/12/all/life\",\"change\":\"-1\",\"why\":\" \"}",
        "/api/v1/admin/gaps/accept | {\"journal\":\"x\"}",
        "/internal/v1/leases | {\"journal\":\"00000000-0000-0000-0000-000000000007\",\"edge\":\"\\u0000\",\"asks\":[]}",
        "/internal/v1/journal-progress | {\"journal\":\"00000000-0000-0000-0000-000000000007\",\"edge\":\"e\",\"sequences\":{\"-1\":1}}",
        "/internal/v1/journal-progress | {\"journal\":\"00000000-0000-0000-0000-000000000007\",\"edge\":\"\\u0000\",\"sequences\":{}}",
        "/internal/v1/edge-status | {\"edge\":\"edge-0\",\"region\":\"\\u0000\",\"cache\":{\"pieces\":1,\"diskBytes\":\"1\",\"maxDiskBytes\":\"1\",\"memoryBytes\":\"1\"}}",
        "/internal/v1/edge-status | {\"edge\":\"edge-0\",\"cache\":{\"pieces\":-1,\"diskBytes\":\"1\",\"maxDiskBytes\":\"1\",\"memoryBytes\":\"1\"}}",
        "/internal/v1/edge-status | {\"edge\":\"edge-0\",\"cache\":{\"pieces\":1,\"diskBytes\":\"-1\",\"maxDiskBytes\":\"1\",\"memoryBytes\":\"1\"}}",
        "/internal/v1/journal-ends | {\"journal\":\"00000000-0000-0000-0000-000000000007\",\"sequences\":{\"0\":-5}}",
        "/internal/v1/journal-ends | {\"journal\":\"00000000-0000-0000-0000-000000000007\",\"sequences\":{\"x\":5}}",
      })
  void whatIsPostedIsReadBeforeItIsKept(String path, String body) {
    String sent = body.equals("NUL") ? "w\0" : body;
    String authorization =
        path.startsWith("/api/v1/admin")
            ? "Bearer operators-know-this"
            : TestEdges.authorization(TestEdges.EDGE, path, sent, Clock.systemUTC().millis());
    Response answer =
        given()
            .header("Authorization", authorization)
            .contentType(path.contains("write-off") ? "text/plain" : "application/json")
            .urlEncodingEnabled(false)
            .body(sent)
            .post(path);

    assertThat(answer.statusCode()).as(answer.body().asString()).isEqualTo(400);
    assertThat(answer.contentType()).startsWith("application/problem+json");
  }
}
