package io.filcdn.retrieval.origin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.filcdn.common.chain.Address;
import io.filcdn.common.kafka.RecordJson;
import io.filcdn.common.payment.DataSetId;
import io.filcdn.common.payment.ProviderId;
import io.filcdn.common.piece.PieceCid;
import io.filcdn.wallet.CurioToken;
import io.filcdn.wallet.CurioToken.SignedVoucher;
import io.filcdn.wallet.CurioToken.Voucher;
import io.filcdn.wallet.TypedDomain;
import io.filcdn.wallet.WalletKey;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GranteeProofsTest {

  /** The third of the accounts that every devnet has. */
  private static final String KEY =
      "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a";

  private static final WalletKey PAYER =
      WalletKey.of("0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d");
  private static final TypedDomain DOMAIN =
      new TypedDomain(
          "CurioRetrieval",
          "1",
          31415926,
          Address.of("0xdc64a140aa3e981100a9beca4e685f962f0cf6c9"));
  private static final PieceCid PIECE =
      PieceCid.parse("bafkzcibcpybkgmxp2bhckwice4jfwzkv4topsuysma66syieb7rnc5osa5sw2oa");
  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final Origin GATED = origin(12, Optional.of(PAYER.address()));

  private final Vertx vertx = Vertx.vertx();
  private final WorkerExecutor workers = vertx.createSharedWorkerExecutor("test", 1);

  @TempDir Path folder;
  private Path key;
  private Path vouchers;

  @BeforeEach
  void write() throws Exception {
    key = Files.writeString(folder.resolve("grantee.key"), KEY + "\n");
    vouchers = folder.resolve("vouchers.json");
    give(voucher(WalletKey.of(KEY).address(), "12", NOW.plusSeconds(86_400)));
  }

  @AfterEach
  void close() {
    vertx.close();
  }

  private static Origin origin(int dataSet, Optional<Address> gatedBy) {
    return new Origin(
        ProviderId.of("fwss/1"), DataSetId.of("fwss/" + dataSet), "http://p.example", gatedBy);
  }

  private static Origin gated(int dataSet) {
    return origin(dataSet, GATED.gatedBy());
  }

  private static SignedVoucher voucher(Address grantee, String scope, Instant end) {
    return voucher(PAYER, grantee, scope, end);
  }

  private static SignedVoucher voucher(
      WalletKey signer, Address grantee, String scope, Instant end) {
    return SignedVoucher.of(
        signer, DOMAIN, new Voucher(grantee, scope, "0", Long.toString(end.getEpochSecond())));
  }

  private void give(SignedVoucher... all) throws Exception {
    Files.writeString(vouchers, RecordJson.write(Map.of("vouchers", List.of(all))));
  }

  private GranteeProofs proofs() {
    return new GranteeProofs(
        new GranteeProofs.Sources(key, vouchers),
        DOMAIN,
        workers,
        Clock.fixed(NOW, ZoneOffset.UTC));
  }

  private static Optional<CurioToken> proof(GranteeProofs proofs, Origin origin) throws Exception {
    return proofs
        .of(origin, PIECE)
        .toCompletionStage()
        .toCompletableFuture()
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void aProofIsForOnePieceOfTheDataSetWhosePayerVouches() throws Exception {
    GranteeProofs proofs = proofs();

    CurioToken proof = proof(proofs, GATED).orElseThrow();

    assertThat(proof.fault(DOMAIN, GATED.dataSet(), PAYER.address(), PIECE, NOW)).isEmpty();
    assertThat(proof.fault(DOMAIN, DataSetId.of("fwss/13"), PAYER.address(), PIECE, NOW))
        .contains(CurioToken.Fault.SCOPE);
    assertThat(proof(proofs, GATED)).as("signed once, while it is good").containsSame(proof);
    assertThat(proof(proofs, gated(13))).as("nobody vouches").isEmpty();
    assertThat(proof(proofs, origin(12, Optional.empty()))).as("nobody asks").isEmpty();
  }

  @Test
  void vouchersOfOthersAndThoseThatEndAreNone() throws Exception {
    give(
        voucher(PAYER.address(), "12", NOW.plusSeconds(86_400)),
        voucher(WalletKey.of(KEY).address(), "13", NOW.plusSeconds(60)),
        voucher(WalletKey.of(KEY).address(), "14", NOW.plusSeconds(60)),
        voucher(WalletKey.of(KEY).address(), "14", NOW.plusSeconds(86_400)));
    GranteeProofs proofs = proofs();

    assertThat(proof(proofs, GATED)).isEmpty();
    assertThat(proof(proofs, gated(13))).isEmpty();
    assertThat(proof(proofs, gated(14))).as("the one that ends last counts").isPresent();
  }

  @Test
  void aVoucherCountsForDataSetsOfItsSignerAlone() throws Exception {
    Address grantee = WalletKey.of(KEY).address();
    WalletKey stranger = WalletKey.of("1".repeat(64));
    SignedVoucher good = voucher(grantee, "12", NOW.plusSeconds(86_400));
    SignedVoucher unsigned = new SignedVoucher(good.voucher(), "0x" + "00".repeat(65));
    give(voucher(stranger, grantee, "12", NOW.plusSeconds(900_000)), good, unsigned);
    GranteeProofs proofs = proofs();

    CurioToken proof = proof(proofs, GATED).orElseThrow();

    assertThat(proof.fault(DOMAIN, GATED.dataSet(), PAYER.address(), PIECE, NOW)).isEmpty();
    assertThat(proof(proofs, origin(12, Optional.of(stranger.address()))))
        .as("a data set of the stranger's, in another generation of contracts")
        .isPresent();
    give(voucher(stranger, grantee, "12", NOW.plusSeconds(900_000)), unsigned);
    proofs.reload();
    assertThat(proof(proofs, GATED)).as("the payer vouches no more").isEmpty();
  }

  @Test
  void theWalletsOfAllEdgesAreKnownEachForWhoVouchesForThem() throws Exception {
    Address mine = WalletKey.of(KEY).address();
    Address other = WalletKey.of("1".repeat(64)).address();
    give(voucher(other, "12", NOW.plusSeconds(86_400)));
    GranteeProofs proofs = proofs();
    DataSetId dataSet = GATED.dataSet();

    assertThat(proofs.areBy(mine, dataSet, PAYER.address())).isTrue();
    assertThat(proofs.areBy(other, dataSet, PAYER.address())).isTrue();
    assertThat(proofs.areBy(other, DataSetId.of("fwss/13"), PAYER.address())).isFalse();
    assertThat(proofs.areBy(other, dataSet, mine)).as("another's data set").isFalse();
    assertThat(proofs.areBy(PAYER.address(), dataSet, PAYER.address())).isFalse();
  }

  @Test
  void filesThatChangeAreReadAgainAndBrokenOnesChangeNothing() throws Exception {
    GranteeProofs proofs = proofs();
    give();
    proofs.reload();
    assertThat(proof(proofs, GATED)).isEmpty();

    give(voucher(WalletKey.of(KEY).address(), "12", NOW.plusSeconds(86_400)));
    proofs.reload();
    CurioToken proof = proof(proofs, GATED).orElseThrow();
    Files.writeString(vouchers, "{\"vouchers\": [");
    proofs.reload();
    assertThat(proof(proofs, GATED)).containsSame(proof);
  }

  @Test
  void filesThatCannotBeReadAreToldWithoutTheKey() throws Exception {
    Files.writeString(key, KEY + "00");
    assertThatThrownBy(this::proofs)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(key.toString())
        .hasMessageContaining("expected a private key")
        .hasMessageNotContaining("5de4111a");
    Files.writeString(key, KEY);
    Files.writeString(vouchers, "{\"vouchers\": [{\"voucher\": {}}]}");
    assertThatThrownBy(this::proofs).hasMessageContaining(vouchers.toString());
  }
}
