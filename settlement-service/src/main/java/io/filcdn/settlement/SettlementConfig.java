package io.filcdn.settlement;

import io.filcdn.settlement.batch.BatchConfig;
import io.filcdn.settlement.broadcast.BroadcastConfig;
import io.filcdn.settlement.confirmation.ConfirmationConfig;
import io.filcdn.settlement.contracts.RpcConfig;
import io.filcdn.settlement.due.DueConfig;
import io.filcdn.settlement.ledger.LedgerConfig;
import io.filcdn.settlement.nonce.NonceConfig;
import io.filcdn.settlement.signing.FeeConfig;
import io.filcdn.settlement.signing.KeyConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.Secret;
import io.smallrye.config.WithDefault;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The configuration of the settlement service. The intervals of reports and settlements stand in
 * the network file.
 */
@ConfigMapping(prefix = "filcdn")
public interface SettlementConfig {

  /** The network file: which chain, which contracts. */
  Path network();

  /**
   * The private key of the operator's account, in hex; or else the key is found where {@code
   * filcdn.settlement.key} says. A secret.
   */
  Optional<Secret<String>> operatorKey();

  /** What belongs to settlement alone. */
  Settlement settlement();

  /** Settlement. */
  interface Settlement {

    /** {@code true} plans and logs, but signs and sends nothing. */
    @WithDefault("false")
    boolean dryRun();

    /** The balance in FIL below which the operator's account raises an alarm. */
    @WithDefault("1")
    BigDecimal lowBalance();

    /** Where the operator's key is, where it is not in FILCDN_OPERATOR_KEY. */
    KeyConfig key();

    /** What gas may cost. */
    FeeConfig fees();

    /** Which nonces are given. */
    NonceConfig nonce();

    /** What counts as due. */
    DueConfig due();

    /** How large a transaction may be. */
    BatchConfig batch();

    /** How transactions are sent. */
    BroadcastConfig broadcast();

    /** How they are followed. */
    ConfirmationConfig confirmation();

    /** What the ledger does by itself. */
    LedgerConfig ledger();

    /** How nodes are asked. */
    RpcConfig rpc();
  }
}
