package io.filcdn.settlement;

import io.filcdn.settlement.batch.BatchConfig;
import io.filcdn.settlement.broadcast.BroadcastConfig;
import io.filcdn.settlement.confirmation.ConfirmationConfig;
import io.filcdn.settlement.contracts.RpcConfig;
import io.filcdn.settlement.due.DueConfig;
import io.filcdn.settlement.ledger.LedgerConfig;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.Secret;
import java.nio.file.Path;
import java.util.Optional;

/** Every setting of this service. How often it reports and settles stands in the network file. */
@ConfigMapping(prefix = "filcdn")
public interface SettlementConfig {

  /** The network file: which chain, which contracts. It has to be given. */
  Optional<Path> network();

  /**
   * The private key of the operator's account, in hex. It has to be given, by the environment
   * variable FILCDN_OPERATOR_KEY.
   */
  Optional<Secret<String>> operatorKey();

  /** What belongs to settlement alone. */
  Settlement settlement();

  /** Settings by room. */
  interface Settlement {

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
