package io.filcdn.metrics.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.payment.TokenAmount;
import io.filcdn.common.piece.ByteCount;
import io.filcdn.metrics.Samples;
import io.filcdn.metrics.pages.NetworkResource.NetworkView;
import io.filcdn.metrics.pages.NetworkResource.Rates;
import io.filcdn.metrics.quota.QuotaTerms;
import io.filcdn.service.start.UnusableSettingException;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkViewTest {

  private static final QuotaTerms TERMS =
      new QuotaTerms(TokenAmount.of(7), TokenAmount.of(8), TokenAmount.ZERO, ByteCount.ZERO);

  @Test
  void tellsWhatClientsReckonWith() {
    String url = "https://{payer}.cdn.example/{pieceCid}";

    assertThat(NetworkView.of(Samples.DEVNET, TERMS, Optional.of(url)))
        .isEqualTo(
            new NetworkView(
                "devnet",
                31415926,
                Instant.EPOCH,
                3,
                Samples.DEVNET.contracts().fwss(),
                new Rates(TokenAmount.of(7), TokenAmount.of(8)),
                Optional.of(url)));
    assertThat(NetworkView.of(Samples.DEVNET, TERMS, Optional.empty()).pieceUrl()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "cdn.example/{payer}/{pieceCid}",
        "javascript:alert('{payer}{pieceCid}')",
        "https://cdn.example/{pieceCid}",
        "https://{payer}.cdn.example/",
        "https://cdn.example/{payer}/{pieceCid} ",
        "https://cdn.example/{payer}/<b>/{pieceCid}",
      })
  void aUrlThatCannotBeOneEndsTheStart(String url) {
    assertThatThrownBy(() -> NetworkView.of(Samples.DEVNET, TERMS, Optional.of(url)))
        .isInstanceOf(UnusableSettingException.class)
        .hasMessageContaining("filcdn.metrics.pages.piece-url")
        .hasMessageContaining(url);
  }
}
