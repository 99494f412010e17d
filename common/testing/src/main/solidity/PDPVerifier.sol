// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.36;

import {Owned} from "./Owned.sol";
import {Cid, PieceCids} from "./PieceCids.sol";

/// @notice What a data set's service contract hears from the verifier, in the transaction of the change.
interface PDPListener {
    function dataSetCreated(uint256 dataSetId, address creator, bytes calldata extraData) external;
    function dataSetDeleted(uint256 dataSetId, uint256 deletedLeafCount, bytes calldata extraData) external;
    function piecesAdded(uint256 dataSetId, uint256 firstAdded, Cid[] memory pieceData, bytes calldata extraData)
        external;
    function piecesScheduledRemove(uint256 dataSetId, uint256[] memory pieceIds, bytes calldata extraData) external;
    function possessionProven(uint256 dataSetId, uint256 leafCount, uint256 seed, uint256 challengeCount) external;
    function nextProvingPeriod(uint256 dataSetId, uint256 challengeEpoch, uint256 leafCount, bytes calldata extraData)
        external;
    function storageProviderChanged(
        uint256 dataSetId,
        address oldStorageProvider,
        address newStorageProvider,
        bytes calldata extraData
    ) external;
}

/// @notice The devnet's PDPVerifier 3.4.0: data sets, the pieces in them, and when each was last proven.
/// @dev    Facts it keeps: ids begin at 1 for data sets and at 0 for pieces, and are not used again; scheduling a removal
///         emits nothing, and PiecesRemoved comes with the next nextProvingPeriod; only the provider deletes a data set
///         until it has been unproven for INACTIVITY_WINDOW, and then anyone does; creating one costs a deposit, which
///         goes to whoever finishes its cleanup; a service contract that refuses reverts the whole call.
///         Left out: proofs are counted and not checked, proving costs no fee, and a change of provider is refused (as
///         FWSS does). extraData's signature is not this contract's business.
contract PDPVerifier is Owned {
    struct Proof {
        bytes32 leaf;
        bytes32[] proof;
    }

    struct PieceIdAndOffset {
        uint256 pieceId;
        uint256 offset;
    }

    struct DataSet {
        address storageProvider;
        address listener;
        uint256 leafCount;
        uint256 challengeRange;
        uint256 nextChallengeEpoch;
        uint256 lastProvenEpoch;
        uint256 deposit;
        bool inCleanup;
        bytes[] pieces; // by piece id; emptied when a piece is removed
        uint256[] scheduledRemovals;
    }

    uint256 public constant MAX_PIECE_SIZE_LOG2 = 50;
    uint256 public constant MAX_ENQUEUED_REMOVALS = 2000;
    uint256 public constant INACTIVITY_WINDOW = 86_400;
    string public constant VERSION = "3.4.0";
    uint256 private constant DEPOSIT = 0.1 ether;
    uint256 private constant NO_CHALLENGE = 0;

    uint256 private immutable challengeFinality;
    uint64 private lastDataSetId;
    mapping(uint256 setId => DataSet) private dataSets;
    mapping(uint256 setId => mapping(uint256 pieceId => bool)) private isScheduled;

    event DataSetCreated(uint256 indexed setId, address indexed storageProvider);
    event DataSetDeleted(uint256 indexed setId, uint256 deletedLeafCount);
    event DataSetEmpty(uint256 indexed setId);
    event PiecesAdded(uint256 indexed setId, uint256[] pieceIds, Cid[] pieceCids);
    event PiecesRemoved(uint256 indexed setId, uint256[] pieceIds);
    event NextProvingPeriod(uint256 indexed setId, uint256 challengeEpoch, uint256 leafCount);
    event PossessionProven(uint256 indexed setId, PieceIdAndOffset[] challenges);

    error CleanupDepositRequired();
    error DataSetAlreadyInCleanup();
    error DataSetNotInCleanupMode();
    error DataSetNotLive();
    error DepositTransferFailed();
    error ExcessiveChallengeDelay(uint256 epochs, uint256 maxDelay);
    error IndexedError(uint256 idx, string msg);
    error InsufficientChallengeDelay(uint256 epochs, uint256 minDelay);
    error MaxPiecesMustBePositive();
    error OnlyStorageProviderCanCleanupPieces();
    error OnlyStorageProviderCanDelete();

    /// @param _challengeFinality least number of epochs between nextProvingPeriod and the challenge it sets
    constructor(uint64, uint256 _challengeFinality) {
        challengeFinality = _challengeFinality;
    }

    modifier onlyLive(uint256 setId) {
        if (!dataSetLive(setId)) revert DataSetNotLive();
        _;
    }

    // --------------------------------------------------------------------------------------------- life of a data set

    /// @notice Opens an empty data set of the caller's under the service contract `listenerAddr`.
    function createDataSet(address listenerAddr, bytes calldata extraData) external payable returns (uint256 setId) {
        setId = _create(listenerAddr, extraData);
        _takeDeposit(setId);
    }

    /// @notice Adds pieces. For setId 0 it first creates the data set, and extraData is abi.encode(create, add).
    /// @return the id of the first piece added, or of the new data set
    function addPieces(uint256 setId, address listenerAddr, Cid[] calldata pieceData, bytes calldata extraData)
        external
        payable
        returns (uint256)
    {
        if (setId == 0) {
            require(listenerAddr != address(0), "listener required for new dataset");
            (bytes memory forCreate, bytes memory forAdd) = abi.decode(extraData, (bytes, bytes));
            setId = _create(listenerAddr, forCreate);
            if (pieceData.length > 0) _addPieces(setId, pieceData, forAdd);
            _takeDeposit(setId);
            return setId;
        }
        require(listenerAddr == address(0), "listener must be zero for existing dataset");
        require(msg.value == 0, "no fee on add to existing dataset");
        _checkProvider(setId, "Only the storage provider can add pieces");
        return _addPieces(setId, pieceData, extraData);
    }

    /// @notice Marks pieces for removal at the next proving period. Emits nothing.
    function schedulePieceDeletions(uint256 setId, uint256[] calldata pieceIds, bytes calldata extraData) external {
        _checkProvider(setId, "Only the storage provider can schedule removal of pieces");
        DataSet storage set = dataSets[setId];
        require(
            pieceIds.length + set.scheduledRemovals.length <= MAX_ENQUEUED_REMOVALS,
            "Too many removals wait for next proving period to schedule"
        );
        for (uint256 i = 0; i < pieceIds.length; i++) {
            require(pieceIds[i] < set.pieces.length, "Can only schedule removal of existing pieces");
            require(pieceLive(setId, pieceIds[i]), "Can only schedule removal of live pieces");
            require(!isScheduled[setId][pieceIds[i]], "Piece ID already scheduled for removal");
            isScheduled[setId][pieceIds[i]] = true;
            set.scheduledRemovals.push(pieceIds[i]);
        }
        PDPListener(set.listener).piecesScheduledRemove(setId, pieceIds, extraData);
    }

    /// @notice Removes what is scheduled, and sets when the data set is challenged next.
    function nextProvingPeriod(uint256 setId, uint256 challengeEpoch, bytes calldata extraData) external {
        _checkProvider(setId, "only the storage provider can move to next proving period");
        DataSet storage set = dataSets[setId];
        require(set.leafCount > 0, "can only start proving once leaves are added");

        _removeScheduled(setId, set);
        uint256 delay = challengeEpoch > block.number ? challengeEpoch - block.number : 0;
        if (delay < challengeFinality) revert InsufficientChallengeDelay(delay, challengeFinality);
        if (delay > INACTIVITY_WINDOW) revert ExcessiveChallengeDelay(delay, INACTIVITY_WINDOW);
        if (set.leafCount == 0) {
            emit DataSetEmpty(setId);
            challengeEpoch = NO_CHALLENGE;
        }
        set.challengeRange = set.leafCount;
        set.nextChallengeEpoch = challengeEpoch;
        PDPListener(set.listener).nextProvingPeriod(setId, challengeEpoch, set.leafCount, extraData);
        emit NextProvingPeriod(setId, challengeEpoch, set.leafCount);
    }

    /// @notice Counts as a proof of possession. On the devnet the proofs' bytes are not looked at.
    function provePossession(uint256 setId, Proof[] calldata proofs) external payable {
        DataSet storage set = dataSets[setId];
        require(msg.sender == set.storageProvider, "Only the storage provider can prove possession");
        require(proofs.length > 0, "empty proof");
        require(set.nextChallengeEpoch != NO_CHALLENGE, "no challenge scheduled");
        require(block.number >= set.nextChallengeEpoch, "premature proof");
        set.lastProvenEpoch = block.number;
        PDPListener(set.listener).possessionProven(setId, set.leafCount, set.nextChallengeEpoch, proofs.length);
        emit PossessionProven(setId, new PieceIdAndOffset[](proofs.length));
        _pay(msg.sender, msg.value);
    }

    /// @notice Ends the data set: the provider's right, and anyone's once it has been abandoned.
    function deleteDataSet(uint256 setId, bytes calldata extraData) external {
        DataSet storage set = dataSets[setId];
        if (set.inCleanup) revert DataSetAlreadyInCleanup();
        if (set.storageProvider == address(0)) revert DataSetNotLive();
        if (!_isAbandoned(set) && msg.sender != set.storageProvider) revert OnlyStorageProviderCanDelete();

        uint256 deletedLeafCount = set.leafCount;
        set.leafCount = 0;
        set.inCleanup = true;
        PDPListener(set.listener).dataSetDeleted(setId, deletedLeafCount, extraData);
        emit DataSetDeleted(setId, deletedLeafCount);
        if (set.pieces.length == 0) _finishCleanup(setId);
    }

    /// @notice Forgets up to `maxPieces` pieces of a deleted data set; the last call earns the deposit.
    function cleanupPieces(uint256 setId, uint256 maxPieces) external returns (bool done) {
        if (maxPieces == 0) revert MaxPiecesMustBePositive();
        DataSet storage set = dataSets[setId];
        if (!set.inCleanup) revert DataSetNotInCleanupMode();
        if (!_isAbandoned(set) && msg.sender != set.storageProvider) revert OnlyStorageProviderCanCleanupPieces();
        for (uint256 i = 0; i < maxPieces && set.pieces.length > 0; i++) {
            set.pieces.pop();
        }
        done = set.pieces.length == 0;
        if (done) _finishCleanup(setId);
    }

    function proposeDataSetStorageProvider(uint256, address) external pure {
        revert("Storage provider changes are not supported on the devnet");
    }

    function claimDataSetStorageProvider(uint256, bytes calldata) external pure {
        revert("Storage provider changes are not supported on the devnet");
    }

    // --------------------------------------------------------------------------------------------------------- reads

    function dataSetLive(uint256 setId) public view returns (bool) {
        return dataSets[setId].storageProvider != address(0) && !dataSets[setId].inCleanup;
    }

    function pieceLive(uint256 setId, uint256 pieceId) public view returns (bool) {
        DataSet storage set = dataSets[setId];
        return dataSetLive(setId) && pieceId < set.pieces.length && set.pieces[pieceId].length > 0;
    }

    function pieceChallengable(uint256 setId, uint256 pieceId) external view returns (bool) {
        return pieceLive(setId, pieceId) && dataSets[setId].nextChallengeEpoch != NO_CHALLENGE;
    }

    function getPieceCid(uint256 setId, uint256 pieceId) external view onlyLive(setId) returns (Cid memory cid) {
        if (pieceId < dataSets[setId].pieces.length) cid.data = dataSets[setId].pieces[pieceId];
    }

    function getPieceLeafCount(uint256 setId, uint256 pieceId) external view onlyLive(setId) returns (uint256) {
        return pieceLive(setId, pieceId) ? PieceCids.leafCount(Cid(dataSets[setId].pieces[pieceId])) : 0;
    }

    function getActivePieceCount(uint256 setId) public view onlyLive(setId) returns (uint256 activeCount) {
        bytes[] storage pieces = dataSets[setId].pieces;
        for (uint256 i = 0; i < pieces.length; i++) {
            if (pieces[i].length > 0) activeCount++;
        }
    }

    function getActivePieces(uint256 setId, uint256 offset, uint256 limit)
        external
        view
        returns (Cid[] memory pieces, uint256[] memory pieceIds, bool hasMore)
    {
        return _activePieces(setId, 0, offset, limit);
    }

    function getActivePiecesByCursor(uint256 setId, uint256 startPieceId, uint256 limit)
        external
        view
        returns (Cid[] memory pieces, uint256[] memory pieceIds, bool hasMore)
    {
        return _activePieces(setId, startPieceId, 0, limit);
    }

    function findPieceIdsByCid(uint256 setId, Cid calldata pieceCid, uint256 startPieceId, uint256 limit)
        external
        view
        onlyLive(setId)
        returns (uint256[] memory pieceIds)
    {
        require(limit > 0, "Limit must be greater than 0");
        bytes[] storage pieces = dataSets[setId].pieces;
        pieceIds = new uint256[](limit);
        uint256 count = 0;
        for (uint256 i = startPieceId; i < pieces.length && count < limit; i++) {
            if (keccak256(pieces[i]) == keccak256(pieceCid.data)) pieceIds[count++] = i;
        }
        assembly ("memory-safe") {
            mstore(pieceIds, count)
        }
    }

    function getScheduledRemovals(uint256 setId) external view onlyLive(setId) returns (uint256[] memory) {
        return dataSets[setId].scheduledRemovals;
    }

    function getNextPieceId(uint256 setId) external view onlyLive(setId) returns (uint256) {
        return dataSets[setId].pieces.length;
    }

    function getNextDataSetId() external view returns (uint64) {
        return lastDataSetId + 1;
    }

    function getDataSetListener(uint256 setId) external view onlyLive(setId) returns (address) {
        return dataSets[setId].listener;
    }

    /// @return the provider, and the one proposed to follow it (never, on the devnet)
    function getDataSetStorageProvider(uint256 setId) external view onlyLive(setId) returns (address, address) {
        return (dataSets[setId].storageProvider, address(0));
    }

    function getDataSetLeafCount(uint256 setId) external view onlyLive(setId) returns (uint256) {
        return dataSets[setId].leafCount;
    }

    function getDataSetLastProvenEpoch(uint256 setId) external view returns (uint256) {
        return dataSets[setId].lastProvenEpoch;
    }

    function getNextChallengeEpoch(uint256 setId) external view onlyLive(setId) returns (uint256) {
        return dataSets[setId].nextChallengeEpoch;
    }

    function getChallengeRange(uint256 setId) external view onlyLive(setId) returns (uint256) {
        return dataSets[setId].challengeRange;
    }

    function getChallengeFinality() external view returns (uint256) {
        return challengeFinality;
    }

    function FIL_CLEANUP_DEPOSIT() external pure returns (uint256) {
        return DEPOSIT;
    }

    // -------------------------------------------------------------------------------------------------------- inside

    function _create(address listenerAddr, bytes memory extraData) private returns (uint256 setId) {
        require(listenerAddr.code.length > 0, "the devnet knows no data set without a service contract");
        setId = ++lastDataSetId;
        DataSet storage set = dataSets[setId];
        set.storageProvider = msg.sender;
        set.listener = listenerAddr;
        set.lastProvenEpoch = block.number;
        PDPListener(listenerAddr).dataSetCreated(setId, msg.sender, extraData);
        emit DataSetCreated(setId, msg.sender);
    }

    function _addPieces(uint256 setId, Cid[] calldata pieceData, bytes memory extraData)
        private
        returns (uint256 firstAdded)
    {
        require(pieceData.length > 0, "Must add at least one piece");
        DataSet storage set = dataSets[setId];
        firstAdded = set.pieces.length;
        uint256[] memory pieceIds = new uint256[](pieceData.length);
        for (uint256 i = 0; i < pieceData.length; i++) {
            pieceIds[i] = firstAdded + i;
            set.leafCount += PieceCids.leafCount(pieceData[i]);
            set.pieces.push(pieceData[i].data);
        }
        emit PiecesAdded(setId, pieceIds, pieceData);
        PDPListener(set.listener).piecesAdded(setId, firstAdded, pieceData, extraData);
    }

    function _removeScheduled(uint256 setId, DataSet storage set) private {
        uint256[] memory removals = set.scheduledRemovals;
        if (removals.length == 0) return;
        delete set.scheduledRemovals;
        for (uint256 i = 0; i < removals.length; i++) {
            set.leafCount -= PieceCids.leafCount(Cid(set.pieces[removals[i]]));
            delete set.pieces[removals[i]];
        }
        emit PiecesRemoved(setId, removals);
    }

    function _isAbandoned(DataSet storage set) private view returns (bool) {
        return block.number > set.lastProvenEpoch + INACTIVITY_WINDOW;
    }

    function _takeDeposit(uint256 setId) private {
        if (msg.value < DEPOSIT) revert CleanupDepositRequired();
        dataSets[setId].deposit = DEPOSIT;
        _pay(msg.sender, msg.value - DEPOSIT);
    }

    function _finishCleanup(uint256 setId) private {
        uint256 deposit = dataSets[setId].deposit;
        delete dataSets[setId];
        _pay(msg.sender, deposit);
    }

    function _pay(address to, uint256 amount) private {
        if (amount == 0) return;
        (bool sent,) = to.call{value: amount}("");
        if (!sent) revert DepositTransferFailed();
    }

    function _checkProvider(uint256 setId, string memory message) private view onlyLive(setId) {
        require(msg.sender == dataSets[setId].storageProvider, message);
    }

    function _activePieces(uint256 setId, uint256 startPieceId, uint256 skip, uint256 limit)
        private
        view
        onlyLive(setId)
        returns (Cid[] memory pieces, uint256[] memory pieceIds, bool hasMore)
    {
        require(limit > 0, "Limit must be greater than 0");
        uint256 most = dataSets[setId].pieces.length;
        if (limit < most) most = limit;
        pieces = new Cid[](most);
        pieceIds = new uint256[](most);
        uint256 count = 0;
        for (uint256 i = startPieceId; i < dataSets[setId].pieces.length; i++) {
            if (dataSets[setId].pieces[i].length == 0) continue;
            if (skip > 0) {
                skip--;
                continue;
            }
            if (count == most) {
                hasMore = true;
                break;
            }
            pieces[count].data = dataSets[setId].pieces[i];
            pieceIds[count++] = i;
        }
        assembly ("memory-safe") {
            mstore(pieces, count)
            mstore(pieceIds, count)
        }
    }
}
