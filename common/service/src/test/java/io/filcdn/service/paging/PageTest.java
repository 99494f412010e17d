package io.filcdn.service.paging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.filcdn.service.problem.HttpProblem;
import jakarta.ws.rs.WebApplicationException;
import java.util.List;
import java.util.Optional;
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

  private static HttpProblem problem(Runnable reading) {
    return (HttpProblem)
        catchThrowableOfType(WebApplicationException.class, reading::run).getResponse().getEntity();
  }
}
