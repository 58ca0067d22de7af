#include "store/rocksdb/rocksdb_families.h"

#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <memory>

#include "store/records/keys.h"
#include "store/records/revocation_keys.h"
#include "store/rocksdb/rocksdb_clock.h"
#include "store/rocksdb/rocksdb_prune.h"

namespace fleetca::store {
namespace {

constexpr double kBloomBitsPerKey = 10;
// Of certificates' tables to those of an index, whose entries are smaller.
constexpr size_t kIndexTableFraction = 4;

rocksdb::BlockBasedTableOptions MakeTableOptions(
    const std::shared_ptr<rocksdb::Cache>& block_cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = block_cache;
  table.block_size = size_t{16} << 10;
  table.format_version = 5;
  // Indexes, and filters where there are any, are read as blocks are, in parts, into the cache:
  // what they take does not grow with the number of tables.
  table.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.pin_top_level_index_and_filter = true;
  return table;
}

// Files that double in size with each level: few at hundreds of millions of entries, and small ones
// where much is merged.
void SetFileSizes(size_t table_file_bytes, rocksdb::ColumnFamilyOptions& family) {
  family.level_compaction_dynamic_level_bytes = true;
  family.target_file_size_base = table_file_bytes;
  family.target_file_size_multiplier = 2;
  family.max_bytes_for_level_base = 4 * table_file_bytes;
}

// Records: large, random (signatures, keys) and nearly in order of their serials. One insertion
// hint for each expiry hour, because each lifetime in use appends at a place of its own.
rocksdb::ColumnFamilyOptions MakeCertificatesOptions(
    const DatabaseOptions& options, const std::shared_ptr<rocksdb::Cache>& block_cache) {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = options.memtable_bytes;
  family.compression = rocksdb::kNoCompression;
  SetFileSizes(options.table_file_bytes, family);
  family.memtable_insert_with_hint_prefix_extractor.reset(
      rocksdb::NewCappedPrefixTransform(kExpiryPrefixSize));
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(MakeTableOptions(block_cache)));
  return family;
}

// Indexes: small entries in random order. What they cost is cache misses in the memtable, so that
// is kept within the processor's cache, and several are merged when they are written out, so that
// the runs on disk are not small too. A batch is inserted in order, each entry hinted by the one
// before.
rocksdb::ColumnFamilyOptions MakeIndexOptions(const DatabaseOptions& options,
                                              const std::shared_ptr<rocksdb::Cache>& block_cache) {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = size_t{2} << 20;
  family.min_write_buffer_number_to_merge = 8;
  family.max_write_buffer_number = 20;
  family.compression = rocksdb::kNoCompression;
  SetFileSizes(options.table_file_bytes / kIndexTableFraction, family);
  family.memtable_insert_with_hint_prefix_extractor.reset(rocksdb::NewCappedPrefixTransform(0));
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(MakeTableOptions(block_cache)));
  return family;
}

// For look-ups that nearly always find nothing: the filters answer them.
void AddFilters(const std::shared_ptr<rocksdb::Cache>& block_cache,
                rocksdb::ColumnFamilyOptions& family) {
  family.memtable_prefix_bloom_size_ratio = 0.1;
  family.memtable_whole_key_filtering = true;
  rocksdb::BlockBasedTableOptions table = MakeTableOptions(block_cache);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kBloomBitsPerKey));
  table.partition_filters = true;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
}

// Of request keys, and of lineages: those that are renewed for the first time have no entry.
rocksdb::ColumnFamilyOptions MakeRequestsOptions(
    const DatabaseOptions& options, const std::shared_ptr<rocksdb::Cache>& block_cache) {
  rocksdb::ColumnFamilyOptions family = MakeIndexOptions(options, block_cache);
  AddFilters(block_cache, family);
  return family;
}

// Few, and read one after the other.
rocksdb::ColumnFamilyOptions MakeTokensOptions(const std::shared_ptr<rocksdb::Cache>& block_cache) {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = size_t{2} << 20;
  family.compression = rocksdb::kNoCompression;
  family.level_compaction_dynamic_level_bytes = true;
  family.table_factory.reset(rocksdb::NewBlockBasedTableFactory(MakeTableOptions(block_cache)));
  return family;
}

rocksdb::ColumnFamilyOptions MakeJwtsOptions(const std::shared_ptr<rocksdb::Cache>& block_cache) {
  rocksdb::ColumnFamilyOptions family = MakeTokensOptions(block_cache);
  AddFilters(block_cache, family);
  return family;
}

// Few entries: those that are written once, and one that each write merges into.
rocksdb::ColumnFamilyOptions MakeDescriptionOptions() {
  rocksdb::ColumnFamilyOptions family;
  family.write_buffer_size = size_t{1} << 20;
  family.merge_operator = MakeMarkMerger();
  family.compression = rocksdb::kNoCompression;
  return family;
}

}  // namespace

std::vector<rocksdb::ColumnFamilyDescriptor> MakeFamilies(const DatabaseOptions& options) {
  const std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  rocksdb::ColumnFamilyOptions certificates = MakeCertificatesOptions(options, cache);
  PruneCertificates(options.cutoff, certificates);
  rocksdb::ColumnFamilyOptions requests = MakeRequestsOptions(options, cache);
  PruneRequests(options.cutoff, requests);
  rocksdb::ColumnFamilyOptions identities = MakeIndexOptions(options, cache);
  PruneIdentities(options.cutoff, identities);
  rocksdb::ColumnFamilyOptions lineages = MakeRequestsOptions(options, cache);
  PruneLineages(options.cutoff, lineages);
  return {
      {rocksdb::kDefaultColumnFamilyName, MakeDescriptionOptions()},
      {kCertificatesFamily, certificates},
      {kRequestsFamily, requests},
      {kIdentitiesFamily, identities},
      {kTokensFamily, MakeTokensOptions(cache)},
      {kJwtsFamily, MakeJwtsOptions(cache)},
      {kLineagesFamily, lineages},
      {kRevocationsFamily, MakeJwtsOptions(cache)},
  };
}

}  // namespace fleetca::store
