// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

/// @notice The devnet's registry of session keys: which keys may sign what for an account, and until when.
/// @dev    Left out: sending a key its first funds.
contract SessionKeyRegistry {
    mapping(address user => mapping(address signer => mapping(bytes32 permission => uint256 expiry))) public
        authorizationExpiry;

    event AuthorizationsUpdated(
        address indexed identity, address signer, uint256 expiry, bytes32[] permissions, string origin
    );

    /// @param permissions the hashes of the types that the key may sign
    /// @param origin      who asks for the key, as the account's owner is shown
    function login(address signer, uint256 expiry, bytes32[] calldata permissions, string calldata origin) external {
        setAll(signer, expiry, permissions, origin);
    }

    function revoke(address signer, bytes32[] calldata permissions, string calldata origin) external {
        setAll(signer, 0, permissions, origin);
    }

    function setAll(address signer, uint256 expiry, bytes32[] calldata permissions, string calldata origin) private {
        for (uint256 i = 0; i < permissions.length; i++) {
            authorizationExpiry[msg.sender][signer][permissions[i]] = expiry;
        }
        emit AuthorizationsUpdated(msg.sender, signer, expiry, permissions, origin);
    }
}
