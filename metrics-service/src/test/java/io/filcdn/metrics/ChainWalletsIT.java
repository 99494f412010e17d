package io.filcdn.metrics;

import static io.filcdn.metrics.Samples.NOON;
import static io.filcdn.metrics.Samples.indexed;
import static org.assertj.core.api.Assertions.assertThat;

import io.filcdn.common.chain.Address;
import io.filcdn.common.network.Network;
import io.filcdn.metrics.accounts.SignIn;
import io.filcdn.metrics.accounts.SignInRefusal;
import io.filcdn.metrics.policies.PolicyDesk;
import io.filcdn.metrics.policies.PolicyRefusal;
import io.filcdn.metrics.quota.PostgresDataSets;
import io.filcdn.metrics.wallets.FakeNode;
import io.filcdn.service.database.Database;
import io.filcdn.testing.chain.DevnetAccount;
import io.filcdn.testing.time.MovedClock;
import io.filcdn.wallet.RetrievalGrant;
import io.filcdn.wallet.SignedGrant;
import io.filcdn.wallet.TypedDomain;
import io.filcdn.wallet.WalletSignature;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Payers for whom another key signs, or who are contracts, where the chain may be asked. */
class ChainWalletsIT {

  private static final Wallet WALLET = Wallet.of(DevnetAccount.PAYER);
  private static final Wallet SESSION = Wallet.of(DevnetAccount.OUTSIDER);
  private static final Address REGISTRY = Address.of("0x" + "5e".repeat(20));
  private static final String OLD_SIGNATURE = "0x1234";

  private static final TestStack stack = new TestStack();

  private final FakeNode node = new FakeNode();
  private MetricsService service;

  @BeforeEach
  void startAnew() {
    stack.forget();
    Network network = node.network(Samples.DEVNET);
    service =
        stack.service(
            network,
            stack.dataSource(),
            new MovedClock(NOON),
            new SimpleMeterRegistry(),
            "filcdn.metrics.accounts.domain",
            "stats.example.com",
            "filcdn.metrics.wallets.ask-chain",
            "true");
    node.returns(
        network.contracts().fwss(),
        "sessionKeyRegistry()",
        List.of(),
        "0x" + "0".repeat(24) + "5e".repeat(20));
    new Database(stack.dataSource())
        .run(connection -> new PostgresDataSets().keepNewer(connection, List.of(indexed(12, 1))));
  }

  @AfterEach
  void close() {
    service.close();
    node.close();
  }

  @AfterAll
  static void closeStack() {
    stack.close();
  }

  private static RetrievalGrant grant(String serial) {
    return PoliciesIT.grant(
        Long.parseLong(serial), Map.of("payer", WALLET.address(), "access", "keys"));
  }

  private PolicyDesk.Outcome set(RetrievalGrant grant, String signature) {
    TypedDomain domain = service.policies().domain();
    return service.policies().set(new SignedGrant(domain, grant, signature));
  }

  private PolicyDesk.Outcome setBySession(String serial) {
    RetrievalGrant grant = grant(serial);
    return set(grant, SESSION.sign(grant, service.policies().domain()));
  }

  private void authoriseSession() {
    node.returns(
        REGISTRY,
        "authorizationExpiry(address,address,bytes32)",
        List.of(WALLET.address().hex(), SESSION.address().hex(), RetrievalGrant.typeHash()),
        "0x%064x".formatted(NOON.plusSeconds(60).getEpochSecond()));
  }

  @Test
  void aSessionKeyThatThePayerAuthorisedSetsPolicies() {
    authoriseSession();

    assertThat(setBySession("1")).isInstanceOf(PolicyDesk.Outcome.Set.class);
    assertThat(stack.rows("select detail from audit where action = 'POLICY_SET'"))
        .containsExactly(
            "keys for [fwss/12], serial 1, signed by the session key " + SESSION.address());
    assertThat(setBySession("1"))
        .isEqualTo(new PolicyDesk.Outcome.Refused(PolicyRefusal.SERIAL_USED));
  }

  @Test
  void aSessionKeyUsesUpNoSerialsOfThePayers() {
    authoriseSession();
    long latest = NOON.plus(Duration.ofDays(1)).toEpochMilli();

    for (long ahead : new long[] {latest + 1, Long.MAX_VALUE}) {
      assertThat(setBySession(Long.toString(ahead)))
          .isEqualTo(new PolicyDesk.Outcome.Refused(PolicyRefusal.SERIAL_AHEAD));
    }
    assertThat(setBySession(Long.toString(latest))).isInstanceOf(PolicyDesk.Outcome.Set.class);
    RetrievalGrant above = grant(Long.toString(latest + 1));
    assertThat(set(above, WALLET.sign(above, service.policies().domain())))
        .isInstanceOf(PolicyDesk.Outcome.Set.class);
  }

  @Test
  void oneThatHeDidNotAuthoriseSetsNoneAndSoDoesOneOfWhichNoNodeTells() {
    assertThat(setBySession("1"))
        .isEqualTo(new PolicyDesk.Outcome.Refused(PolicyRefusal.SIGNATURE_WRONG));
    node.status(500);
    assertThat(setBySession("2"))
        .isEqualTo(new PolicyDesk.Outcome.Refused(PolicyRefusal.CHAIN_UNREACHABLE));
  }

  @Test
  void aPayerThatIsAContractSignsAsItSays() {
    RetrievalGrant grant = grant("1");
    SignIn.Challenge challenge = service.accounts().signIn().challenge().orElseThrow();
    String message = WALLET.message(challenge, NOON);
    assertThat(service.accounts().signIn().signIn(message, "0x1235"))
        .isEqualTo(new SignIn.Outcome.Refused(SignInRefusal.SIGNATURE_MALFORMED));

    for (byte[] digest :
        List.of(grant.digest(service.policies().domain()), WalletSignature.digest(message))) {
      node.returns(
          WALLET.address(),
          "isValidSignature(bytes32,bytes)",
          List.of(digest, HexFormat.of().parseHex(OLD_SIGNATURE.substring(2))),
          "0x1626ba7e" + "0".repeat(56));
    }

    assertThat(set(grant, OLD_SIGNATURE)).isInstanceOf(PolicyDesk.Outcome.Set.class);
    assertThat(service.accounts().signIn().signIn(message, OLD_SIGNATURE))
        .isInstanceOf(SignIn.Outcome.SignedIn.class);
  }
}
