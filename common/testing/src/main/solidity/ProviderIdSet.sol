// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Owned} from "./Owned.sol";

/// @notice The devnet's list of endorsed providers: those whom clients choose first when they are told no other.
/// @dev    Left out: removal.
contract ProviderIdSet is Owned {
    uint256[] private providerIds;
    mapping(uint256 providerId => bool) public containsProviderId;

    function addProviderId(uint256 providerId) external onlyOwner {
        require(!containsProviderId[providerId], "Provider is in the set already");
        containsProviderId[providerId] = true;
        providerIds.push(providerId);
    }

    function getProviderIds() external view returns (uint256[] memory) {
        return providerIds;
    }
}
