package io.filcdn.wallet;

import static java.util.Objects.requireNonNull;

import io.filcdn.common.chain.Address;
import org.web3j.crypto.Hash;

/**
 * The domain of typed data (EIP-712): for which program, chain and contract a wallet signs.
 *
 * @param chainId of EIP-155
 */
public record TypedDomain(String name, String version, long chainId, Address verifyingContract) {

  private static final String TYPE =
      "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)";
  private static final byte[] PREFIX = {0x19, 0x01};

  public TypedDomain {
    requireNonNull(name, "name is missing");
    requireNonNull(version, "version is missing");
    requireNonNull(verifyingContract, "verifyingContract is missing");
  }

  /** The 32 bytes that a wallet signs of a struct. */
  byte[] digest(StructHash struct) {
    byte[] domain =
        new StructHash(TYPE)
            .text(name)
            .text(version)
            .number(chainId)
            .address(verifyingContract)
            .hash();
    byte[] all = new byte[PREFIX.length + 2 * domain.length];
    System.arraycopy(PREFIX, 0, all, 0, PREFIX.length);
    System.arraycopy(domain, 0, all, PREFIX.length, domain.length);
    System.arraycopy(struct.hash(), 0, all, PREFIX.length + domain.length, domain.length);
    return Hash.sha3(all);
  }
}
