//! In which pieces a model runs: whole layers, and blocks of three layers strip by strip.
//!
//! A block is expand, depthwise, project. The maps between them are the largest of a model; of them a
//! strip of rows alone is in memory at a time, which is neither touched for the first time nor read
//! from far away again and again.

use std::ops::Range;

use super::format::{Layer, Step};

/// Floats of a strip of an expanded map: they stay in the second-level cache.
const STRIP: usize = 128 << 10;

/// Some rows of a layer's output.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The layer's index.
    pub layer: usize,
    pub rows: Range<usize>,
    /// The buffer read, from this float on; the image where there is none.
    pub source: Option<usize>,
    pub from: usize,
    /// The row of the layer's input that is there.
    pub first_row: usize,
    /// The buffer written, from this float on.
    pub target: usize,
    pub to: usize,
    /// Floats of the buffer written that are moved to its beginning before.
    pub kept: Range<usize>,
}

/// The pieces of a checked model, and the floats of its buffers, of which the file says `room`. Two
/// more are behind them, for strips.
pub fn plan(layers: &[Layer], room: &[usize]) -> (Vec<Piece>, Vec<usize>) {
    let strips = [room.len(), room.len() + 1];
    let (mut pieces, mut between) = (Vec::new(), Vec::new());
    let mut at = 0;
    while let Some(layer) = layers.get(at) {
        match layers[at..].first_chunk() {
            Some(block) if is_block(block, &layers[at + 3..]) => {
                between.extend([block[0].target, block[1].target]);
                pieces.extend(block_pieces(block, at, strips));
                at += 3;
            }
            _ => {
                pieces.push(whole(layer, at));
                at += 1;
            }
        }
    }
    let needed = |buffer: usize| {
        let reach = |piece: &Piece| reach(piece, &layers[piece.layer], buffer);
        pieces.iter().map(reach).max().unwrap_or(0)
    };
    let rooms = (0..room.len() + strips.len()).map(|buffer| match room.get(buffer) {
        // What only tests write to is as large as the file says.
        Some(room) if !between.contains(&buffer) => *room,
        _ => needed(buffer),
    });
    let rooms = rooms.collect();
    (pieces, rooms)
}

/// Whether three layers may run strip by strip; `later` are those behind them.
fn is_block(block: &[Layer; 3], later: &[Layer]) -> bool {
    let [expand, depthwise, project] = block;
    let follows = |layer: &Layer, before: &Layer| {
        layer.source == Some(before.target)
            && layer.size_in == before.size_out
            && layer.channels_in == before.channels_out
    };
    let in_line = matches!(expand.step, Step::Conv | Step::Pointwise)
        && !expand.add
        && depthwise.step == Step::Depthwise
        && follows(depthwise, expand)
        && project.step == Step::Pointwise
        && follows(project, depthwise);
    // Over its own input a block may write row by row alone, each once nothing reads it any more.
    let in_place = expand.source == Some(project.target);
    let behind = depthwise.stride == 1 && expand.row_in() == project.row_out();
    let between = [expand.target, depthwise.target];
    in_line
        && (behind || !in_place)
        && !(project.add && between.contains(&project.target))
        && (between.into_iter()).all(|map| map == project.target || is_dead(map, later))
}

/// Whether no layer reads what is in a buffer before another writes to it.
fn is_dead(buffer: usize, later: &[Layer]) -> bool {
    let mut touching =
        (later.iter()).filter(|layer| layer.source == Some(buffer) || layer.target == buffer);
    let next = touching.next();
    next.is_none_or(|layer| layer.source != Some(buffer) && !layer.add)
}

/// A layer at once.
fn whole(layer: &Layer, index: usize) -> Piece {
    Piece {
        layer: index,
        rows: 0..layer.size_out,
        source: layer.source,
        from: 0,
        first_row: 0,
        target: layer.target,
        to: 0,
        kept: 0..0,
    }
}

/// A block's pieces: of each strip the rows of the expanded map that are not there yet, and what
/// follows from them.
fn block_pieces(block: &[Layer; 3], first: usize, strips: [usize; 2]) -> Vec<Piece> {
    let [expand, depthwise, project] = block;
    let [expanded, filtered] = strips;
    let wide = expand.row_out();
    let count = (STRIP / wide).saturating_sub(depthwise.kernel) / depthwise.stride + 1;
    let mut pieces = Vec::new();
    let mut there = 0..0;
    for start in (0..depthwise.size_out).step_by(count) {
        let rows = start..(start + count).min(depthwise.size_out);
        let needed = rows_read(depthwise, &rows);
        let new = there.end.max(needed.start)..needed.end;
        let kept = needed.start.min(there.end)..there.end;
        let from = match expand.step {
            Step::Conv => 0,
            _ => new.start * expand.row_in(),
        };
        pieces.push(Piece {
            rows: new.clone(),
            from,
            target: expanded,
            to: (new.start - needed.start) * wide,
            kept: (kept.start - there.start) * wide..(kept.end - there.start) * wide,
            ..whole(expand, first)
        });
        pieces.push(Piece {
            rows: rows.clone(),
            source: Some(expanded),
            first_row: needed.start,
            target: filtered,
            ..whole(depthwise, first + 1)
        });
        pieces.push(Piece {
            rows: rows.clone(),
            source: Some(filtered),
            to: rows.start * project.row_out(),
            ..whole(project, first + 2)
        });
        there = needed;
    }
    pieces
}

/// The rows of a layer's input that some of its output's are computed from.
fn rows_read(layer: &Layer, rows: &Range<usize>) -> Range<usize> {
    let start = (rows.start * layer.stride).saturating_sub(layer.pad);
    let end = (rows.end - 1) * layer.stride + layer.kernel - layer.pad;
    start..end.min(layer.size_in)
}

/// The float of a buffer behind the last that a piece reads or writes.
fn reach(piece: &Piece, layer: &Layer, buffer: usize) -> usize {
    let read = match layer.step {
        Step::Depthwise => rows_read(layer, &piece.rows).len(),
        Step::Pointwise => piece.rows.len(),
        _ => layer.size_in,
    };
    let read = piece.from + read * layer.row_in();
    let written = piece.to + piece.rows.len() * layer.row_out();
    let read = if piece.source == Some(buffer) {
        read
    } else {
        0
    };
    let written = if piece.target == buffer { written } else { 0 };
    read.max(written)
}
