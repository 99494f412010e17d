package io.filcdn.testing.chain;

import static io.filcdn.testing.chain.DevnetAccount.OUTSIDER;
import static io.filcdn.testing.chain.DevnetAccount.PAYER;
import static io.filcdn.testing.chain.DevnetAccount.PROVIDER;
import static io.filcdn.testing.chain.DevnetAccount.SECOND_PAYEE;
import static io.filcdn.testing.chain.DevnetAccount.SECOND_PROVIDER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.testing.chain.Transaction.EventLog;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.web3j.utils.Numeric;

class ProviderIT extends OnDevnet {
  private static final String REGISTRY = devnet.contracts().serviceProviderRegistry();

  @Test
  void registrationTellsTheServiceUrlAsRawBytes() {
    long from = devnet.epoch() + 1;

    long id =
        devnet
            .asProvider(SECOND_PROVIDER)
            .register(SECOND_PAYEE.address(), "https://ünï.example/x");

    List<EventLog> logs = history.logs(REGISTRY, from, from);
    assertThat(id).isEqualTo(2);
    assertThat(logs).extracting(EventLog::topic0).hasSize(2);
    EventLog added = logs.getLast();
    assertThat(added.topic0())
        .isEqualTo("0xf736f1c7fa0eb68f0384383abc0d4dcc8208127acfb5c87f03f965f2a8a69686");
    assertThat(Numeric.toBigInt(added.topics().get(2))).isZero();
    List<Object> data = data(added, "address", "string[]", "bytes[]");
    assertThat(data.getFirst()).isEqualTo(SECOND_PROVIDER.address());
    List<?> names = (List<?>) data.get(1);
    assertThat(names)
        .isEqualTo(
            List.of(
                "location",
                "maxPieceSizeInBytes",
                "minPieceSizeInBytes",
                "minProvingPeriodInEpochs",
                "paymentTokenAddress",
                "serviceURL",
                "storagePricePerTibPerDay"));
    assertThat((byte[]) ((List<?>) data.get(2)).get(names.indexOf("serviceURL")))
        .isEqualTo("https://ünï.example/x".getBytes(UTF_8));
  }

  @Test
  void anyoneRegistersAnyUrl() {
    devnet.asProvider(OUTSIDER).register(OUTSIDER.address(), "javascript:alert(1)");

    assertThat(reads.providerId(OUTSIDER.address())).isEqualTo(2);
  }

  @Test
  void productChangesAndRemovalsAreEvents() {
    Transaction updated =
        provider.updateProduct(
            Map.of("serviceURL", new byte[] {(byte) 0xff, 0}, "other", new byte[] {1}));
    Transaction removed = provider.removeProduct();
    Transaction gone = provider.removeProvider();

    assertThat(eventsOf(updated, REGISTRY)).containsExactly("ProductUpdated");
    assertThat(data(event(updated, "ProductUpdated"), "address", "string[]", "bytes[]").get(1))
        .isEqualTo(List.of("other", "serviceURL"));
    assertThat(eventsOf(removed, REGISTRY)).containsExactly("ProductRemoved");
    assertThat(eventsOf(gone, REGISTRY)).containsExactly("ProviderRemoved");
    assertThat(reads.providerId(PROVIDER.address())).isZero();
  }

  @Test
  void approvalIsAListAndNoCondition() {
    assertThat(reads.isProviderApproved(providerId)).isFalse();
    assertThat(provider.createDataSet(PAYER.address(), true)).isEqualTo(2);

    devnet.approveProvider(providerId);

    assertThat(reads.isProviderApproved(providerId)).isTrue();
    assertThat(refusalOf(() -> devnet.approveProvider(providerId)).error())
        .isEqualTo("ProviderAlreadyApproved");
  }

  @Test
  void endorsementIsAListOfItsOwn() {
    devnet.endorseProvider(providerId);

    assertThat(reads.endorsedProviders()).containsExactly(providerId);
    assertThat(reads.isProviderApproved(providerId)).isFalse();
    assertThat(refusalOf(() -> devnet.endorseProvider(providerId)).getMessage())
        .contains("in the set already");
  }

  @Test
  void addressRegistersOnce() {
    assertThat(refusalOf(() -> provider.register(SECOND_PAYEE.address(), "http://x/")).getMessage())
        .contains("already registered");
  }
}
