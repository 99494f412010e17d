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

/** Every setting of this service. How often it reports and settles stands in the network file. */
@ConfigMapping(prefix = "filcdn")
public interface SettlementConfig {

  /** The network file: which chain, which contracts. */
  Path network();

  /**
   * The private key of the operator's account, in hex, by the environment variable
   * FILCDN_OPERATOR_KEY; or else the key is found where {@link Settlement#key()} says.
   */
  Optional<Secret<String>> operatorKey();

  /** What belongs to settlement alone. */
  Settlement settlement();

  /** Settings by room. */
  interface Settlement {

    /** Plans and logs, but signs and sends nothing. */
    @WithDefault("false")
    boolean dryRun();

    /** With less than this, in FIL, the operator's account raises an alarm. */
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
