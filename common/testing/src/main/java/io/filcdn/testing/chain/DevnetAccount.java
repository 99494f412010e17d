package io.filcdn.testing.chain;

import org.web3j.crypto.Bip32ECKeyPair;
import org.web3j.crypto.Credentials;
import org.web3j.crypto.MnemonicUtils;
import org.web3j.utils.Numeric;

/**
 * The devnet's cast: accounts that anvil unlocks and funds.
 *
 * <p>Their keys come from the mnemonic that every Ethereum development node uses. The whole world
 * knows them: they guard nothing, and whoever sends real money to these addresses loses it.
 */
public enum DevnetAccount {
  /** Deploys and owns the contracts. */
  DEPLOYER(0),
  PAYER(1),
  /** A storage provider. */
  PROVIDER(2),
  /** Whom {@link #PROVIDER}'s work is paid to. */
  PAYEE(3),
  /** Whom CDN rails pay. */
  CDN_BENEFICIARY(4),
  /** Controls the FilBeamOperator: reports usage. The settlement service holds its key. */
  OPERATOR(5),
  /** Has no part in anything. */
  OUTSIDER(6),
  SECOND_PAYER(7),
  SECOND_PROVIDER(8),
  SECOND_PAYEE(9);

  private final String address;
  private final String privateKey;

  /**
   * @param index the account's place in anvil's list
   */
  DevnetAccount(int index) {
    Credentials credentials = derive(index);
    this.address = credentials.getAddress();
    this.privateKey =
        Numeric.toHexStringWithPrefixZeroPadded(credentials.getEcKeyPair().getPrivateKey(), 64);
  }

  /** The address in lower-case hex. */
  public String address() {
    return address;
  }

  /** The private key in hex with 0x: public knowledge, see above. */
  public String privateKey() {
    return privateKey;
  }

  private static Credentials derive(int index) {
    String mnemonic = "test test test test test test test test test test test junk";
    int hardened = Bip32ECKeyPair.HARDENED_BIT;
    int[] path = {44 | hardened, 60 | hardened, hardened, 0, index};
    Bip32ECKeyPair master =
        Bip32ECKeyPair.generateKeyPair(MnemonicUtils.generateSeed(mnemonic, ""));
    return Credentials.create(Bip32ECKeyPair.deriveKeyPair(master, path));
  }
}
