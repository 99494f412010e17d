package io.filcdn.service.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.filcdn.service.problem.HttpProblem;
import jakarta.ws.rs.WebApplicationException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageTest {

  @Test
  void theFirstPageHasAHundredItems() {
    assertThat(Page.of(null, null, 1000, Page::number))
        .isEqualTo(new Page<>(Optional.empty(), 100));
  }

  @Test
  void aFullPageTellsWhereTheNextBegins() {
    Page<Long> page = Page.of("7", "2", 1000, Page::number);

    assertThat(page).isEqualTo(new Page<>(Optional.of(7L), 2));
    assertThat(page.next(List.of("a", "b"), place -> place)).contains("b");
    assertThat(page.next(List.of("a"), place -> place)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "-1", "1001", "x", "1.0", "99999999999", "\0"})
  void aLimitIsANumberWithinBounds(String limit) {
    assertThat(problem(() -> Page.limit(limit, 1000)).code()).isEqualTo("limit-malformed");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "-1", "+1", "9223372036854775808", "\0"})
  void aPlaceThatCannotBeOneIsRefused(String after) {
    assertThat(problem(() -> Page.of(after, null, 1000, Page::number)).code())
        .isEqualTo("after-malformed");
  }

  @Test
  void aPlaceMayHaveSeveralParts() {
    assertThat(Page.parts("a,b", 2)).containsExactly("a", "b");
    assertThat(Page.parts("a,", 2)).containsExactly("a", "");
    assertThat(Page.time("2026-11-21T12:00:00.000001Z"))
        .isEqualTo(Instant.parse("2026-11-21T12:00:00.000001Z"));
    assertThat(Page.uuid("00000000-0000-0000-0000-000000000007")).isEqualTo(new UUID(0, 7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "x",
        "2026-11-21",
        "1969-12-31T23:59:59Z",
        "9999-12-31T00:00:00Z",
        "+1000000000-01-01T00:00:00Z",
        "1-1-1-1-1",
        "a,b,c",
        "\0"
      })
  void aPartThatCannotBeOneIsRefused(String after) {
    List<Function<String, Object>> parts =
        List.of(Page::time, Page::uuid, place -> Page.parts(place, 2));
    for (Function<String, Object> part : parts) {
      assertThat(problem(() -> Page.of(after, null, 1000, part)).code())
          .isEqualTo("after-malformed");
    }
  }

  private static HttpProblem problem(Runnable reading) {
    return (HttpProblem)
        catchThrowableOfType(WebApplicationException.class, reading::run).getResponse().getEntity();
  }
}
