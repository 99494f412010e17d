package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.payment.ProviderId;
import org.junit.jupiter.api.Test;

class OriginPaceTest {

  private static final ProviderId SLOW = ProviderId.of("fwss/1");
  private static final ProviderId UNKNOWN = ProviderId.of("fwss/2");

  private final OriginPace pace = new OriginPace();

  @Test
  void whoWasNeverAskedIsExpectedToBeAsFastAsMostHoweverSlowOthersAre() {
    for (int i = 0; i < 1_000; i++) {
      pace.delivered(SLOW, 1_500);
    }

    assertThat(pace.isSlow(SLOW)).isTrue();
    assertThat(pace.isSlow(UNKNOWN)).isFalse();
    assertThat(pace.isMuchFaster(UNKNOWN, 1_500)).isTrue();
    assertThat(pace.isMuchFaster(UNKNOWN, 200_000)).isFalse();
    assertThat(pace.isMuchFaster(SLOW, 1_500)).isFalse();
    assertThat(pace.isMuchFaster(SLOW, 100)).isTrue();
  }

  @Test
  void whoBecomesFastIsSlowNoLonger() {
    pace.delivered(SLOW, 1_500);
    for (int i = 0; i < 20; i++) {
      pace.delivered(SLOW, 10_000_000);
    }

    assertThat(pace.isSlow(SLOW)).isFalse();
    assertThat(pace.isMuchFaster(SLOW, 1_000_000)).isTrue();
  }
}
